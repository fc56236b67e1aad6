import { readUnits } from './billed-units.ts'
import type { ThawUnderWay } from './expect-thaw.ts'
import type { Segment } from './segment.ts'
import type { StorageClass } from './storage-class.ts'

/** What is done with one segment so that its records can be delivered. */
export type SegmentWork = {
  readonly bytes: number
  readonly storageClass: StorageClass
  /** `cold`: it has to be thawed first. A time, in ms: somebody else's thaw must be over by then. */
  readonly readable: 'now' | 'cold' | number
  /** Somebody else's thaw; missing where none is waited for. */
  readonly underWay?: ThawUnderWay | undefined
  /** Its restored copy is asked for once more, and kept for so much longer, in ms; missing where it is not. */
  readonly lengthen?: number
  /** Ranges of it that are read, and their bytes. */
  readonly reads: { readonly gets: number; readonly bytes: number }
  /** Of it, what is selected, or about so much: bytes of row groups, records, and bytes of their text. */
  readonly wanted: { readonly bytes: number; readonly records: number; readonly text: number }
}

/** What is done with one partition. */
export type PartitionWork = {
  readonly segments: readonly SegmentWork[]
  /** Index objects that are read on each look at it. */
  readonly indexReads: number
  /** Read units of all that the catalog holds of it. */
  readonly catalogUnits: number
  /** Ids of the selection that it may hold: its task names those that it found. */
  readonly ids: number
  /** Whether all that is wanted of it is known to be selected, and to be there once. */
  readonly isExact: boolean
}

/** What was ruled out by names and ranges in the catalog, and by index objects, before anything is thawed for it. */
export type PrunedWork = {
  readonly partitions: number
  readonly segments: number
  readonly rowGroups: number
}

/** All that icecore does for a rehydration, from the request to the manifest. */
export type WorkPlan = {
  readonly partitions: readonly PartitionWork[]
  readonly pruned: PrunedWork
  /** What planning alone reads: the names of partitions, and whatever tells which of them hold nothing that is wanted. */
  readonly planning: { readonly names: number; readonly catalogUnits: number; readonly indexReads: number }
  /** Bytes of the request as it is stored. */
  readonly requestBytes: number
  /** Records are sent to a queue, so many at once; null: they are put as files. */
  readonly messagesAtOnce: number | null
  /** Partitions are delivered one after the other until there are so many records. */
  readonly limit: number | null
  readonly keepDays: number | null
}

const COMMIT_BYTES = 300
const SEGMENT_BYTES = 560
const HOLDING_BYTES = 540
const NAME_BYTES = 40

/** About how many read units the items of a partition are. */
export const catalogUnitsOf = (items: {
  readonly commits: readonly { readonly segments: readonly Segment[]; readonly replaces: readonly string[] }[]
  readonly holdings: number
}): number =>
  readUnits(
    items.commits.reduce(
      (bytes, { segments, replaces }) =>
        bytes +
        COMMIT_BYTES +
        replaces.length * NAME_BYTES +
        segments.reduce((sum, { minId, maxId }) => sum + SEGMENT_BYTES + minId.length + maxId.length, 0),
      items.holdings * HOLDING_BYTES,
    ),
  )

/** Of all segments that are read, whole. */
export const bytesOf = ({ partitions }: Pick<WorkPlan, 'partitions'>): number =>
  partitions.flatMap(({ segments }) => segments).reduce((sum, { bytes }) => sum + bytes, 0)
