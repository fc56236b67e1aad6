import { type Commit, liveSegments } from './commit.ts'
import { DAY, HOUR } from './duration.ts'
import type { Holding } from './holding.ts'
import { parseIndexKey, parseSegmentKey } from './keys.ts'
import { ledgerOfPartition } from './ledger.ts'
import { GRACE, isRemovableOrphan, type StoredObject } from './plan-sweep.ts'
import { alignHolding, holdingOf } from './plan-thaw.ts'
import type { PartitionRef, Segment } from './segment.ts'
import { ulidTime } from './ulid.ts'

/** What an audit can find: docs/audit.md says of each what it means and what to do. */
export const FINDINGS = {
  'segment-missing': 'phantom',
  'size-differs': 'mismatch',
  'checksum-differs': 'mismatch',
  'class-differs': 'mismatch',
  'move-overdue': 'mismatch',
  'records-damaged': 'mismatch',
  'format-unknown': 'mismatch',
  'index-missing': 'mismatch',
  'index-damaged': 'mismatch',
  'snapshot-damaged': 'mismatch',
  'books-unbalanced': 'mismatch',
  'catalog-behind': 'phantom',
  'catalog-forked': 'mismatch',
  'partition-unknown': 'orphan',
  'orphan-redundant': 'orphan',
  'orphan-adopted': 'orphan',
  'orphan-unclear': 'orphan',
  'object-foreign': 'orphan',
  'not-audited': 'mismatch',
} as const
export type FindingCode = keyof typeof FINDINGS
export type FindingKind = (typeof FINDINGS)[FindingCode]

/** What to do about what the audit does not repair by itself. */
export const ADVICE: Readonly<Partial<Record<FindingCode, string>>> = {
  'segment-missing': 'take back the version of the object that its delete marker hides',
  'size-differs': 'take back the noncurrent version whose SHA-256 is that of the catalog',
  'checksum-differs': 'take back the noncurrent version whose SHA-256 is that of the catalog',
  'records-damaged': 'take back the noncurrent version, or copy the object from a replica',
  'format-unknown': 'deploy the version that wrote it, or a later one: nothing is wrong with the object',
  'move-overdue': 'look at the tag of the object and at the lifecycle rules of the bucket',
  'books-unbalanced': 'compare the log of the partition with its snapshot and the versions of that',
  'catalog-forked':
    'compare the log of the partition with its snapshot; nothing of either is deleted meanwhile',
  'orphan-unclear': 'thaw or read the object; nothing deletes it',
  'object-foreign': 'find out who put it: icecore did not',
  'not-audited': 'look into the log of the function',
}

export type Finding = PartitionRef & {
  readonly code: FindingCode
  readonly key: string | null
  readonly detail: string
  readonly repaired: boolean
}

/** An object as a list has it, and its size. */
export type AuditedObject = StoredObject & { readonly bytes: number }

export type AuditFacts = {
  readonly commits: readonly Commit[]
  readonly holdings: ReadonlyMap<string, Holding>
  /** Landing and sealed segments, and index objects. */
  readonly stored: readonly AuditedObject[]
  /** The list shows all that was put before. */
  readonly listedAt: number
  readonly now: number
}

/** What lists and catalog say differently, to be looked at more closely before it is told. */
export type Suspicion =
  | {
      readonly code: 'segment-missing' | 'size-differs' | 'class-differs' | 'move-overdue'
      readonly segment: Segment
    }
  | { readonly code: 'index-missing'; readonly segment: Segment }

export type AuditPlan = {
  readonly suspicions: readonly Suspicion[]
  /** Segments past their grace that no commit names. */
  readonly orphanKeys: readonly string[]
  readonly foreignKeys: readonly string[]
  readonly isBalanced: boolean
}

/** A list may have been begun before the segment was put. */
const YOUNG = HOUR
/** Lifecycle acts within two days, and then the sweep has to see it. */
export const LONGEST_MOVE = 3 * DAY

/** Live segments that a list of then need not show. */
export const putSince = (commits: readonly Commit[], listedAt: number): readonly Segment[] =>
  liveSegments(commits).filter(({ createdAt }) => createdAt + YOUNG >= listedAt)

const suspicionsOf = (
  segment: Segment,
  { holdings, now }: AuditFacts,
  objects: ReadonlyMap<string, AuditedObject>,
): Suspicion[] => {
  const object = objects.get(segment.key)
  if (object === undefined) return [{ code: 'segment-missing', segment }]
  const suspicions: Suspicion[] = []
  if (object.bytes !== segment.bytes) suspicions.push({ code: 'size-differs', segment })
  if (objects.get(segment.indexKey)?.bytes !== segment.indexBytes)
    suspicions.push({ code: 'index-missing', segment })
  const holding = holdingOf(segment, holdings.get(segment.id))
  const seen = alignHolding(holding, object, now)
  const isMoving = holding.taggedAt !== null && holding.taggedAt + LONGEST_MOVE > now
  // arrived where its tag sent it: the sweep will see it
  const isThere = holding.target !== null && seen.target === null
  if (!isMoving && !isThere && seen.storageClass !== holding.storageClass)
    suspicions.push({ code: 'class-differs', segment })
  else if (!isMoving && seen.target !== null) suspicions.push({ code: 'move-overdue', segment })
  return suspicions
}

/** Where an index object has neither a segment nor a commit, long after it was put. */
const isLoneIndex = (
  key: string,
  named: ReadonlySet<string>,
  objects: ReadonlyMap<string, unknown>,
  now: number,
) => {
  const index = parseIndexKey(key)
  if (index === undefined || named.has(key) || ulidTime(index.segmentId) + GRACE > now) return false
  const { dataset, partition, segmentId } = index
  const place = `dataset=${dataset}/partition=${partition}/${segmentId}.parquet`
  return !objects.has(`landing/${place}`) && !objects.has(`sealed/${place}`)
}

/** Compares what the bucket lists of a partition with what the catalog says, both ways. */
export const planAudit = (facts: AuditFacts): AuditPlan => {
  const { commits, stored, listedAt, now } = facts
  const objects = new Map(stored.map((object) => [object.key, object]))
  const old = liveSegments(commits).filter(({ createdAt }) => createdAt + YOUNG < listedAt)
  const named = new Set(commits.flatMap(({ segments }) => segments.map(({ indexKey }) => indexKey)))
  return {
    suspicions: old.flatMap((segment) => suspicionsOf(segment, facts, objects)),
    orphanKeys: stored.map(({ key }) => key).filter((key) => isRemovableOrphan(key, commits, now)),
    foreignKeys: stored
      .map(({ key }) => key)
      .filter(
        (key) =>
          (parseSegmentKey(key) === undefined && parseIndexKey(key) === undefined) ||
          isLoneIndex(key, named, objects, now),
      ),
    isBalanced: ledgerOfPartition(commits).balanced,
  }
}
