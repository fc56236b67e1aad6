import * as z from 'zod'
import { makeS3Lister } from '../shared/adapters/aws/s3-archive-admin.ts'
import { makeS3SegmentReader } from '../shared/adapters/aws/s3-segment-reader.ts'
import { makeDeadLetterObjects } from '../shared/adapters/dead-letter-store.ts'
import { accountId } from '../simulator/account.ts'
import type { Page, PageClass, PageDigest } from './page.ts'
import type { Session } from './session.ts'

const segmentSchema = z.object({
  kind: z.string(),
  partition: z.string(),
  bytes: z.int(),
  bodyBytes: z.int(),
  records: z.int(),
  storageClass: z.string(),
  movingTo: z.string().nullable(),
})

const segmentsSchema = z.object({ segments: z.array(segmentSchema), next: z.string().nullable() })

export type ListedSegment = z.infer<typeof segmentSchema>

const get = async <T>({ api }: Session, path: string, schema: z.ZodType<T>): Promise<T> => {
  const { status, body } = await api.call('GET', path)
  if (status !== 200) throw new Error(`GET ${path} answered ${status}: ${body}`)
  return schema.parse(JSON.parse(body))
}

/** Every live segment of a dataset, page by page. */
export const listSegments = async (session: Session, dataset: string): Promise<ListedSegment[]> => {
  const all: ListedSegment[] = []
  let next: string | null = null
  do {
    const query = new URLSearchParams({ limit: '1000', ...(next !== null && { next }) })
    const page: z.infer<typeof segmentsSchema> = await get(
      session,
      `/datasets/${dataset}/segments?${query}`,
      segmentsSchema,
    )
    all.push(...page.segments)
    next = page.next
  } while (next !== null)
  return all
}

const entry = z
  .object({ records: z.int(), digest: z.string() })
  .transform(({ records, digest }): PageDigest => ({ count: records, digest }))

const ledgerSchema = z.object({
  dataset: z.string(),
  balanced: z.boolean(),
  received: entry,
  archived: entry,
  duplicates: entry,
  quarantined: entry,
  expired: entry,
})

export const readLedger = (session: Session, dataset: string): Promise<Page['ledgers'][number]> =>
  get(session, `/datasets/${dataset}/ledger`, ledgerSchema)

/** Messages that were given up on, and are kept, by queue. */
export const countDeadLetters = async ({ s3, output }: Session): Promise<ReadonlyMap<string, number>> => {
  const archive = { s3, bucket: output('ArchiveBucketName'), owner: accountId }
  const from = { reader: makeS3SegmentReader(archive), lister: makeS3Lister(archive) }
  const counts = new Map<string, number>()
  for await (const { queue } of makeDeadLetterObjects(from).list())
    counts.set(queue, (counts.get(queue) ?? 0) + 1)
  return counts
}

/** Segments added up by class. */
export const sumByClass = (dataset: string, segments: readonly ListedSegment[]): PageClass[] =>
  [...Map.groupBy(segments, ({ storageClass }) => storageClass)].map(([storageClass, some]) => ({
    dataset,
    storageClass,
    segments: some.length,
    records: some.reduce((sum, { records }) => sum + records, 0),
    bytes: some.reduce((sum, { bytes }) => sum + bytes, 0),
    bodyBytes: some.reduce((sum, { bodyBytes }) => sum + bodyBytes, 0),
  }))
