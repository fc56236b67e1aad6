import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import * as z from 'zod'
import { mapBounded } from '../../shared/use-cases/bounded.ts'
import type { Case, Sizes } from '../support/case.ts'
import { type ServerCommand, simulatorOn, withServer } from '../support/child-server.ts'

const Bucket = 'archive'
const LARGE_BYTES = 8e6
const SMALL_BYTES = 1024
const AT_ONCE = 8

const planSchema = z.object({ large: z.int(), small: z.int(), lists: z.int() })
type Plan = z.infer<typeof planSchema>

/** 24 large and 1,000 small objects at full size, as many as one list has. */
const planFor = ({ megabytes, records }: Sizes): Plan => ({
  large: Math.min(24, Math.max(6, Math.round(megabytes / 40))),
  small: Math.min(1000, Math.max(100, Math.round(records / 1000))),
  lists: 10,
})
const planOf = (folder: string) => join(folder, 'plan.json')

const fetchWhole = async (s3: S3Client, Key: string): Promise<Uint8Array> => {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }))
  if (Body === undefined) throw new Error(`${Key} has no body`)
  return Body.transformToByteArray()
}

/** Content that differs from object to object, so that a server that mixes them up shows. */
const contents = (bytes: number, count: number): readonly Buffer[] => {
  const noise = randomBytes(bytes)
  return Array.from({ length: count }, (_, index) => {
    const one = Buffer.from(noise)
    one.writeUInt32BE(index)
    return one
  })
}

const checkBytes = (key: string, got: Uint8Array, put: Buffer) => {
  if (!put.equals(got)) throw new Error(`${key}: what came back is not what was put`)
}

/** Puts all of them and gets them back, one after the other: megabytes go through one connection. */
const moveLarge = async (s3: S3Client, { large }: Plan): Promise<number> => {
  const objects = contents(LARGE_BYTES, large)
  const at = performance.now()
  for (const [index, Body] of objects.entries())
    await s3.send(new PutObjectCommand({ Bucket, Key: `large/${index}`, Body }))
  for (const [index, put] of objects.entries())
    checkBytes(`large/${index}`, await fetchWhole(s3, `large/${index}`), put)
  return performance.now() - at
}

const listAll = async (s3: S3Client, Prefix: string): Promise<number> => {
  const { Contents = [], IsTruncated } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix }))
  if (IsTruncated === true) throw new Error(`${Prefix}: more than a page`)
  return Contents.length
}

/** A put, a head and a get of each, some at once, and lists of all. */
const askSmall = async (
  s3: S3Client,
  { small, lists }: Omit<Plan, 'large'>,
): Promise<{ ms: number; operations: number }> => {
  const objects = [...contents(SMALL_BYTES, small).entries()]
  const at = performance.now()
  await mapBounded(objects, AT_ONCE, ([index, Body]) =>
    s3.send(new PutObjectCommand({ Bucket, Key: `small/${index}`, Body })),
  )
  await mapBounded(objects, AT_ONCE, async ([index]) => {
    const { ContentLength } = await s3.send(new HeadObjectCommand({ Bucket, Key: `small/${index}` }))
    if (ContentLength !== SMALL_BYTES) throw new Error(`small/${index}: ${ContentLength} bytes`)
  })
  await mapBounded(objects, AT_ONCE, async ([index, put]) =>
    checkBytes(`small/${index}`, await fetchWhole(s3, `small/${index}`), put),
  )
  await mapBounded(Array.from({ length: lists }), AT_ONCE, async () => {
    const listed = await listAll(s3, 'small/')
    if (listed < small) throw new Error(`${listed} of ${small} objects were listed`)
  })
  return { ms: performance.now() - at, operations: 3 * small + lists }
}

const measure = (serverOn: (dataDir: string) => ServerCommand) => async (folder: string) => {
  const plan = planSchema.parse(JSON.parse(await readFile(planOf(folder), 'utf8')))
  return withServer(serverOn(await mkdtemp(join(folder, 'server-'))), async (s3) => {
    await s3.send(new CreateBucketCommand({ Bucket }))
    // not counted: by then both sides have compiled their code and the connections are open
    await askSmall(s3, { small: 50, lists: 5 })
    const largeMs = await moveLarge(s3, plan)
    const { ms, operations } = await askSmall(s3, plan)
    const megabytes = (2 * plan.large * LARGE_BYTES) / 1e6
    return {
      megabytes,
      seconds: (largeMs + ms) / 1000,
      // the server has memory of its own, of which this process knows nothing
      peakMegabytes: null,
      figures: {
        msOfLarge: largeMs / (2 * plan.large),
        msOfSmall: ms / operations,
        largeMegabytesPerSecond: (megabytes * 1000) / largeMs,
        smallPerSecond: (operations * 1000) / ms,
      },
    }
  })
}

/**
 * Keeps its objects in files, as the simulator does here. It works out signatures, but not the same as the SDK for a bucket, so
 * it has to let them pass; it knows no storage classes, no conditions and no bill.
 */
const s3rverOn = (directory: string): ServerCommand => ({
  arguments: [
    '--input-type=module',
    '-e',
    `import S3rver from '@20minutes/s3rver'
     const [directory] = process.argv.slice(1)
     const options = { directory, address: '127.0.0.1', port: 0, silent: true, allowMismatchedSignatures: true }
     const { port } = await new S3rver(options).run()
     console.log('s3rver is at http://127.0.0.1:' + port)`,
    directory,
  ],
  ready: /s3rver is at (\S+)/,
  credentials: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
})

export const simulatorCase: Case = {
  name: 'simulator',
  what: `the simulator's S3 beside s3rver, both on disk: objects of 8 MB put and got one by one, and of 1 KB put, asked for, got and listed, ${AT_ONCE} at once`,
  goals: [
    { kind: 'share', peer: 's3rver', figure: 'msOfLarge', atMost: 1 },
    { kind: 'share', peer: 's3rver', figure: 'msOfSmall', atMost: 1 },
  ],
  prepare: async (folder, sizes) => writeFile(planOf(folder), JSON.stringify(planFor(sizes))),
  contenders: { icecore: measure(simulatorOn), s3rver: measure(s3rverOn) },
}
