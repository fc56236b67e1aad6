import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import * as z from 'zod'
import { makeDiskScratch } from '../../shared/adapters/aws/disk-scratch.ts'
import { digestRecords } from '../../shared/codec/digest.ts'
import { parseJsonRecord } from '../../shared/codec/parse-record.ts'
import { isRejection } from '../../shared/codec/rejection.ts'
import { addDigests, emptyDigest } from '../../shared/domain/digest.ts'
import type { ArchiveRecord } from '../../shared/domain/record.ts'
import type { Segment } from '../../shared/domain/segment.ts'
import { makeUlid } from '../../shared/domain/ulid.ts'
import { makeSealedFiles } from '../../shared/use-cases/pack-sealed.ts'
import { storeSegment } from '../../shared/use-cases/store-segment.ts'
import { DATASET, loadCommits, makeFileWriter, saveCommits, theDataset } from './landings.ts'
import { makeOrder, makeRandom } from './orders.ts'

/** A month: the orders lie within twenty days of it, and a gigabyte of them is one partition of several segments. */
export const MONTH = { dataset: DATASET, partition: '2024-01' }

/** Of one order, about, in bytes. */
const ORDER_BYTES = 775
const BATCH = 5000

/** What is looked for: each matches about one of a hundred orders. */
export const FILTERS = {
  column: { field: 'distance', lt: 90 },
  body: { field: '/customer/id', lt: 500 },
} as const
const MATCHES = {
  column: ({ distance }: Told) => distance < FILTERS.column.lt,
  body: ({ customer }: Told) => customer.id < FILTERS.body.lt,
}

const toldSchema = z.object({ distance: z.int(), customer: z.object({ id: z.int() }) })
type Told = z.infer<typeof toldSchema>

const answerSchema = z.object({ records: z.int(), bytes: z.int(), sha256: z.string() })
/** What a file must be that holds some of the orders as lines, in the order of their ids. */
export type Answer = z.infer<typeof answerSchema>

const answersSchema = z.object({ all: answerSchema, column: answerSchema, body: answerSchema })
const answersOf = (folder: string) => join(folder, 'answers.json')
export const loadAnswers = async (folder: string) =>
  answersSchema.parse(JSON.parse(await readFile(answersOf(folder), 'utf8')))

const makeAnswer = () => {
  const hash = createHash('sha256')
  let records = 0
  let bytes = 0
  return {
    add: (line: string) => {
      records += 1
      bytes += Buffer.byteLength(line)
      hash.update(line)
    },
    end: (): Answer => ({ records, bytes, sha256: hash.digest('base64') }),
  }
}

/** The numbers below `end` in the order of their digits as text, which is that of the orders' ids. */
export function* asText(end: number, from = 1): Generator<number> {
  if (from === 1 && end > 0) yield 0
  for (let digit = from; digit < from + (from === 1 ? 9 : 10) && digit < end; digit += 1) {
    yield digit
    yield* asText(end, digit * 10)
  }
}

const readOrder = (line: string): ArchiveRecord => {
  const record = parseJsonRecord(theDataset(), line, Date.now())
  if (isRejection(record)) throw new Error(record.detail)
  return record
}

const gzipInto = (path: string) => {
  const gzip = createGzip({ level: 6 })
  const written = finished(gzip.pipe(createWriteStream(path)))
  return {
    write: async (text: string) => {
      if (!gzip.write(text)) await once(gzip, 'drain')
    },
    end: async () => {
      gzip.end()
      await written
    },
  }
}

export const gzipOf = (folder: string) => join(folder, 'orders.ndjson.gz')

/**
 * Seals about `megabytes` of orders into segments in `folder`, as one partition, with what hydrating some of them must give.
 * They are made in the order of their ids, so that they need not be sorted, and their times are not in order.
 */
export const sealOrders = async (
  folder: string,
  megabytes: number,
  options: { readonly gzip?: boolean } = {},
): Promise<void> => {
  await mkdir(folder, { recursive: true })
  const random = makeRandom(11)
  const now = () => Date.now()
  const makeId = () => makeUlid(now(), randomBytes)
  const scratch = await makeDiskScratch(folder).folder()
  // written into the files when they end, by when all has been received
  const books = { received: emptyDigest, duplicates: emptyDigest }
  const about = { ref: MONTH, dataset: theDataset(), folder: scratch, createdAt: now(), makeId, inputs: {} }
  const files = makeSealedFiles({ ...about, books })
  const answers = { all: makeAnswer(), column: makeAnswer(), body: makeAnswer() }
  const gzip = options.gzip === true ? gzipInto(gzipOf(folder)) : undefined
  let lines: string[] = []

  const flush = async () => {
    const records = lines.map(readOrder)
    for (const line of lines) {
      const told = toldSchema.parse(JSON.parse(line))
      answers.all.add(`${line}\n`)
      for (const name of ['column', 'body'] as const) if (MATCHES[name](told)) answers[name].add(`${line}\n`)
    }
    await gzip?.write(lines.map((line) => `${line}\n`).join(''))
    lines = []
    books.received = addDigests(books.received, digestRecords(records))
    await files.write(records)
  }

  for (const number of asText(Math.ceil((megabytes * 1e6) / ORDER_BYTES))) {
    lines.push(makeOrder(number, random))
    if (lines.length === BATCH) await flush()
  }
  await flush()
  await gzip?.end()
  const segments: Segment[] = []
  for (const { id, name, packed } of await files.finish()) {
    const file = await scratch.open(name)
    const data = await file.read(0, file.bytes).finally(file.close)
    const content = { kind: 'memory', data } as const
    const facts = { ref: MONTH, id, kind: 'sealed', packed, content, createdAt: about.createdAt } as const
    segments.push(await storeSegment(makeFileWriter(folder), { ...facts, storageClass: 'GLACIER_IR' }))
  }
  await scratch.discard()
  const own = { ...books, expired: emptyDigest }
  await saveCommits(folder, [
    { id: 'G#000001', segments, replaces: [], books: own, committedAt: about.createdAt },
  ])
  const { all, column, body } = answers
  await writeFile(
    answersOf(folder),
    JSON.stringify({ all: all.end(), column: column.end(), body: body.end() }),
  )
}

export const loadSegments = async (folder: string): Promise<readonly Segment[]> =>
  (await loadCommits(folder)).flatMap(({ segments }) => segments)

/** Compares a file with what it must be, to the byte. */
export const checkAnswer = async (path: string, expected: Answer): Promise<void> => {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of createReadStream(path)) {
    bytes += chunk.length
    hash.update(chunk)
  }
  const sha256 = hash.digest('base64')
  if (bytes !== expected.bytes || sha256 !== expected.sha256)
    throw new Error(
      `${path}: expected ${expected.bytes} bytes of ${expected.sha256}, got ${bytes} of ${sha256}`,
    )
}
