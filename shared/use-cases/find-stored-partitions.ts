import { partitionRange } from '../domain/partition.ts'
import type { PartitionRef } from '../domain/segment.ts'
import { parseSnapshotKey, SNAPSHOT_PREFIX } from '../domain/snapshot.ts'
import type { FolderLister, SegmentLister } from '../ports/segment-store.ts'

const DATASET = /^dataset=([a-z][a-z0-9-]{0,62})\/$/
const PARTITION = /^partition=([0-9T-]{7,13})\/$/

const isPartition = (partition: string): boolean => {
  try {
    partitionRange(partition)
    return true
  } catch {
    // the name of a folder that is not ours
    return false
  }
}

/**
 * The partitions that the archive bucket holds anything of, whatever the catalog says, by dataset and partition: two lists of
 * folders, and the snapshots of those that have nothing left but their books. Memory: a name each.
 */
export const findStoredPartitions = async (archive: {
  readonly folders: FolderLister
  readonly lister: SegmentLister
}): Promise<readonly PartitionRef[]> => {
  const found = new Map<string, PartitionRef>()
  const add = (dataset: string, partition: string) => {
    if (isPartition(partition)) found.set(`${dataset} ${partition}`, { dataset, partition })
  }
  for (const kind of ['landing/', 'sealed/'])
    for await (const folder of archive.folders.folders(kind)) {
      const [, dataset] = DATASET.exec(folder) ?? []
      if (dataset === undefined) continue
      for await (const inner of archive.folders.folders(`${kind}${folder}`)) {
        const [, partition] = PARTITION.exec(inner) ?? []
        if (partition !== undefined) add(dataset, partition)
      }
    }
  for await (const { key } of archive.lister.list(SNAPSHOT_PREFIX)) {
    const ref = parseSnapshotKey(key)
    if (ref !== undefined) add(ref.dataset, ref.partition)
  }
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, ref]) => ref)
}
