import type { LedgerAnswer, SegmentAnswer } from 'icecore/client'
import { makeS3Lister } from '../shared/adapters/aws/s3-archive-admin.ts'
import { makeS3SegmentReader } from '../shared/adapters/aws/s3-segment-reader.ts'
import { makeDeadLetterObjects } from '../shared/adapters/dead-letter-store.ts'
import { accountId } from '../simulator/account.ts'
import type { Page, PageClass, PageDigest } from './page.ts'
import type { Session } from './session.ts'

/** Every live segment of a dataset. */
export const listSegments = ({ api }: Session, dataset: string): Promise<SegmentAnswer[]> =>
  Array.fromAsync(api.segments(dataset, { pageSize: 1000 }))

const digestOf = ({ records, digest }: LedgerAnswer['archived']): PageDigest => ({ count: records, digest })

export const readLedger = async ({ api }: Session, dataset: string): Promise<Page['ledgers'][number]> => {
  const { balanced, received, archived, duplicates, quarantined, expired } = await api.ledger(dataset)
  return {
    dataset,
    balanced,
    received: digestOf(received),
    archived: digestOf(archived),
    duplicates: digestOf(duplicates),
    quarantined: digestOf(quarantined),
    expired: digestOf(expired),
  }
}

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
export const sumByClass = (dataset: string, segments: readonly SegmentAnswer[]): PageClass[] =>
  [...Map.groupBy(segments, ({ storageClass }) => storageClass)].map(([storageClass, some]) => ({
    dataset,
    storageClass,
    segments: some.length,
    records: some.reduce((sum, { records }) => sum + records, 0),
    bytes: some.reduce((sum, { bytes }) => sum + bytes, 0),
    bodyBytes: some.reduce((sum, { bodyBytes }) => sum + bodyBytes, 0),
  }))
