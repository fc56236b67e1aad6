import { randomBytes } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { makeDiskScratch } from '../../shared/adapters/aws/disk-scratch.ts'
import { makeS3SegmentReader } from '../../shared/adapters/aws/s3-segment-reader.ts'
import { makeMemoryCatalog } from '../../shared/adapters/memory/memory-catalog.ts'
import { digestRecords } from '../../shared/codec/digest.ts'
import { addDigests, emptyDigest } from '../../shared/domain/digest.ts'
import { compareRecords } from '../../shared/domain/record.ts'
import { makeUlid } from '../../shared/domain/ulid.ts'
import type { SegmentReader } from '../../shared/ports/segment-store.ts'
import { findRecord } from '../../shared/use-cases/find-record.ts'
import { makeSealedFiles } from '../../shared/use-cases/pack-sealed.ts'
import { storeSegment } from '../../shared/use-cases/store-segment.ts'
import { accountId, region } from '../../simulator/account.ts'
import { makeCloud } from '../../simulator/cloud.ts'
import { DEFAULT_CREDENTIALS } from '../../simulator/host/host.ts'
import type { Case } from '../support/case.ts'
import { median } from '../support/judge.ts'
import {
  DATASET,
  fileOf,
  loadCommits,
  makeFileWriter,
  PARTITION,
  recordsOf,
  saveCommits,
  theDataset,
} from '../support/landings.ts'

const ref = { dataset: DATASET, partition: PARTITION }
const Bucket = 'archive'
const LOOKUPS = 40
const BATCH = 10_000
const DAY = Date.parse(`${PARTITION}T00:00:00Z`)
const now = () => Date.now()

/** In the order of ids, so that the sealed segment can be written as it comes. */
const lineOf = (number: number): string =>
  JSON.stringify({
    flight: `f-${String(number).padStart(9, '0')}`,
    date: new Date(DAY + number).toISOString(),
    origin: randomBytes(2).toString('hex'),
    destination: randomBytes(2).toString('hex'),
    delay: number % 97,
    distance: number % 3001,
    note: randomBytes(30).toString('base64'),
  })

const wanted = (records: number): readonly number[] =>
  Array.from({ length: LOOKUPS }, (_, index) => Math.floor(((index + 0.5) * records) / LOOKUPS))
const idOf = (number: number) => `f-${String(number).padStart(9, '0')}`
const textOf = (folder: string) => join(folder, 'records.ndjson')
const gzipOf = (folder: string) => join(folder, 'records.ndjson.gz')

const prepare = async (folder: string, { records }: { records: number }) => {
  await pipeline(
    Readable.from(
      (function* () {
        for (let number = 0; number < records; number += 1) yield `${lineOf(number)}\n`
      })(),
    ),
    createWriteStream(textOf(folder)),
  )
  await pipeline(
    createReadStream(textOf(folder)),
    createGzip({ level: 6 }),
    createWriteStream(gzipOf(folder)),
  )
  const scratch = await makeDiskScratch(folder).folder()
  const whole = theDataset()
  const dataset = { ...whole, seal: { ...whole.seal, targetBytes: Number.POSITIVE_INFINITY } }
  // written into the file when it ends, by when all has been received
  const books = { received: emptyDigest, duplicates: emptyDigest }
  const makeId = () => makeUlid(now(), randomBytes)
  const files = makeSealedFiles({
    ref,
    dataset,
    folder: scratch,
    createdAt: now(),
    makeId,
    inputs: {},
    books,
  })
  for await (const batch of recordsOf(textOf(folder), BATCH)) {
    books.received = addDigests(books.received, digestRecords(batch))
    await files.write(batch.toSorted(compareRecords))
  }
  const segments = []
  for (const { id, name, packed } of await files.finish()) {
    const file = await scratch.open(name)
    const data = await file.read(0, file.bytes).finally(file.close)
    const content = { kind: 'memory', data } as const
    const about = {
      ref,
      id,
      kind: 'sealed',
      packed,
      content,
      storageClass: 'GLACIER_IR',
      createdAt: now(),
    } as const
    segments.push(await storeSegment(makeFileWriter(folder), about))
  }
  await scratch.discard()
  const own = { ...books, expired: emptyDigest }
  await saveCommits(folder, [{ id: 'G#000001', segments, replaces: [], books: own, committedAt: now() }])
}

/** The simulator over its wire, in this process: what it takes is in the times of all contenders. */
const withCloud = async <Result>(work: (s3: S3Client) => Promise<Result>): Promise<Result> => {
  const cloud = await makeCloud({ seed: 1 })
  const { endpoint } = cloud
  const s3 = new S3Client({ endpoint, region, credentials: DEFAULT_CREDENTIALS, forcePathStyle: true })
  try {
    await s3.send(new CreateBucketCommand({ Bucket }))
    return await work(s3)
  } finally {
    s3.destroy()
    await cloud.close()
  }
}

const timed = async (numbers: readonly number[], look: (number: number) => Promise<void>) => {
  const times: number[] = []
  // the first is not counted: a warm function has its connections
  for (const number of [numbers[0] ?? 0, ...numbers]) {
    const at = performance.now()
    await look(number)
    times.push(performance.now() - at)
  }
  return median(times.slice(1))
}

const countRecords = async (folder: string) =>
  (await loadCommits(folder))
    .flatMap(({ segments }) => segments)
    .reduce((sum, { records }) => sum + records.count, 0)

const icecore = (folder: string) =>
  withCloud(async (s3) => {
    const { registry, log } = makeMemoryCatalog()
    await registry.expect(ref, 0)
    const commits = await loadCommits(folder)
    for (const commit of commits) {
      await log.append(ref, commit)
      for (const { key, indexKey } of commit.segments) {
        const put = async (Key: string, StorageClass: 'GLACIER_IR' | 'STANDARD') =>
          s3.send(
            new PutObjectCommand({ Bucket, Key, Body: await readFile(fileOf(folder, Key)), StorageClass }),
          )
        await put(key, 'GLACIER_IR')
        await put(indexKey, 'STANDARD')
      }
    }
    const spent = { reads: 0, bytes: 0 }
    const plain = makeS3SegmentReader({ s3, bucket: Bucket, owner: accountId })
    const reader: SegmentReader = {
      ...plain,
      read: async (key, start, end) => {
        spent.reads += 1
        spent.bytes += end - start
        return plain.read(key, start, end)
      },
    }
    const find = findRecord({ registry, log, reader })
    const ms = await timed(wanted(await countRecords(folder)), async (number) => {
      const found = await find(DATASET, { id: idOf(number), time: DAY + number })
      if (found.kind !== 'searched' || found.records.length !== 1)
        throw new Error(`${idOf(number)} was not found`)
    })
    const looks = LOOKUPS + 1
    const segmentBytes = commits
      .flatMap(({ segments }) => segments)
      .reduce((sum, { bytes }) => sum + bytes, 0)
    return {
      megabytes: segmentBytes / 1e6,
      figures: { ms, reads: spent.reads / looks, bytes: spent.bytes / looks },
    }
  })

const object = (folder: string) =>
  withCloud(async (s3) => {
    const numbers = wanted(await countRecords(folder))
    for (const number of numbers)
      await s3.send(
        new PutObjectCommand({ Bucket, Key: idOf(number), Body: lineOf(number), StorageClass: 'GLACIER_IR' }),
      )
    const ms = await timed(numbers, async (number) => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: idOf(number) }))
      await Body?.transformToString()
    })
    return { megabytes: 0, figures: { ms } }
  })

const gzip = (folder: string) =>
  withCloud(async (s3) => {
    const Body = await readFile(gzipOf(folder))
    await s3.send(new PutObjectCommand({ Bucket, Key: 'hour.gz', Body }))
    const numbers = wanted(await countRecords(folder)).filter((_, index) => index % 20 === 10)
    const ms = await timed(numbers, async (number) => {
      const answer = await s3.send(new GetObjectCommand({ Bucket, Key: 'hour.gz' }))
      if (!(answer.Body instanceof Readable)) throw new Error('expected a stream')
      const id = `"${idOf(number)}"`
      const lines = createInterface({ input: answer.Body.pipe(createGunzip()) })
      let found = false
      // to the end: a record may have a later version
      for await (const line of lines) found ||= line.includes(id)
      if (!found) throw new Error(`${id} was not found`)
    })
    return { megabytes: Body.byteLength / 1e6, figures: { ms } }
  })

export const oneRecordCase: Case = {
  name: 'one-record',
  what: 'one record, by id and time, out of a large segment in GLACIER_IR, beside a GET of an object that holds just it, and a scan of gzip NDJSON',
  goals: [
    { kind: 'figure', figure: 'reads', atMost: 2 },
    { kind: 'figure', figure: 'bytes', atMost: 1e6 },
    { kind: 'share', peer: 'object', figure: 'ms', atMost: 3 },
    { kind: 'share', peer: 'gzip', figure: 'ms', atMost: 1 / 20 },
  ],
  prepare,
  contenders: { icecore, object, gzip },
}
