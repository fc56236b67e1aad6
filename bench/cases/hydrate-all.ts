import { createReadStream, createWriteStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { makeS3SegmentReader } from '../../shared/adapters/aws/s3-segment-reader.ts'
import { accountId } from '../../simulator/account.ts'
import { downloadAndGunzip, findAwsCli } from '../support/aws-cli.ts'
import type { Case, Goal } from '../support/case.ts'
import { simulatorOn, withServer } from '../support/child-server.ts'
import { hydrateOrders } from '../support/hydration.ts'
import { fileOf } from '../support/landings.ts'
import { checkAnswer, gzipOf, loadAnswers, loadSegments, sealOrders } from '../support/sealed-orders.ts'

const Bucket = 'archive'
const GZIP_KEY = 'orders.ndjson.gz'
const cloudOf = (root: string) => simulatorOn(join(root, 'cloud'))

const putSegments = async (s3: S3Client, folder: string) => {
  for (const { key, indexKey } of await loadSegments(folder)) {
    const put = async (Key: string, StorageClass: 'GLACIER_IR' | 'STANDARD') =>
      s3.send(new PutObjectCommand({ Bucket, Key, Body: await readFile(fileOf(folder, Key)), StorageClass }))
    await put(key, 'GLACIER_IR')
    await put(indexKey, 'STANDARD')
  }
}

const putGzip = async (s3: S3Client, path: string) => {
  const { size: ContentLength } = await stat(path)
  await s3.send(new PutObjectCommand({ Bucket, Key: GZIP_KEY, Body: createReadStream(path), ContentLength }))
}

const prepare = async (root: string, { megabytes }: { megabytes: number }) => {
  await sealOrders(join(root, 'whole'), megabytes, { gzip: true })
  await sealOrders(join(root, 'tenth'), megabytes / 10)
  await withServer(cloudOf(root), async (s3) => {
    await s3.send(new CreateBucketCommand({ Bucket }))
    await putSegments(s3, join(root, 'whole'))
    await putSegments(s3, join(root, 'tenth'))
    await putGzip(s3, gzipOf(join(root, 'whole')))
  })
}

const icecoreOn = (part: 'whole' | 'tenth') => (root: string) =>
  withServer(cloudOf(root), async (s3) => {
    const folder = join(root, part)
    const { all } = await loadAnswers(folder)
    const reader = makeS3SegmentReader({ s3, bucket: Bucket, owner: accountId })
    const { path, seconds } = await hydrateOrders({ folder, reader, where: null, expected: all })
    const peakMegabytes = process.resourceUsage().maxRSS / 1024
    await checkAnswer(path, all)
    return { megabytes: all.bytes / 1e6, seconds, peakMegabytes, figures: { peakMegabytes } }
  })

/** In pieces of a megabyte: in Node's 16 KB it takes twice as long, which would be no fault of gzip's. */
const PIECE = 2 ** 20

/** What one would do without icecore, with the SDK and Node's gunzip in place of the programs of a shell, which not every machine has. */
const download = (root: string) =>
  withServer(cloudOf(root), async (s3) => {
    const folder = join(root, 'whole')
    const { all } = await loadAnswers(folder)
    const path = join(folder, 'downloaded.ndjson')
    const started = performance.now()
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: GZIP_KEY }))
    if (!(Body instanceof Readable)) throw new Error('expected a stream')
    const gunzip = createGunzip({ chunkSize: PIECE })
    await pipeline(Body, gunzip, createWriteStream(path, { highWaterMark: PIECE }))
    const seconds = (performance.now() - started) / 1000
    await checkAnswer(path, all)
    return { megabytes: all.bytes / 1e6, seconds }
  })

/** The same with the programs themselves: from the shell's prompt, with the start of Python. */
const downloadWith = (program: string) => (root: string) => {
  const cloud = cloudOf(root)
  return withServer(cloud, async (_, endpoint) => {
    const folder = join(root, 'whole')
    const { all } = await loadAnswers(folder)
    const to = join(folder, 'copied.ndjson')
    const { credentials } = cloud
    const started = performance.now()
    await downloadAndGunzip({ program, endpoint, credentials, from: `s3://${Bucket}/${GZIP_KEY}`, to })
    const seconds = (performance.now() - started) / 1000
    await checkAnswer(to, all)
    return { megabytes: all.bytes / 1e6, seconds, cpuSeconds: 0, peakMegabytes: null }
  })
}

const awsCli = findAwsCli()
const goalOfCli: readonly Goal[] =
  awsCli === undefined ? [] : [{ kind: 'speed', peer: 'aws-s3-cp', atLeast: 1 }]

export const hydrateAllCase: Case = {
  name: 'hydrate-all',
  what: 'all orders of a partition of sealed segments as NDJSON, beside a download of the same as gzip NDJSON and gunzip, both over the wire of the simulator',
  goals: [
    { kind: 'speed', peer: 'gunzip', atLeast: 1 },
    ...goalOfCli,
    { kind: 'figure', figure: 'peakMegabytes', atMost: 1024 },
    { kind: 'share', peer: 'icecore-tenth', figure: 'peakMegabytes', atMost: 1.5 },
  ],
  prepare,
  contenders: {
    icecore: icecoreOn('whole'),
    gunzip: download,
    'icecore-tenth': icecoreOn('tenth'),
    ...(awsCli !== undefined && { 'aws-s3-cp': downloadWith(awsCli) }),
  },
}
