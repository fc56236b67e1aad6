import { packSnapshot, readSnapshot, SnapshotDamaged } from '../codec/snapshot-object.ts'
import { type Snapshot, snapshotKey } from '../domain/snapshot.ts'
import type { Documents } from '../ports/documents.ts'
import type { Snapshots } from '../ports/snapshots.ts'

const unpack = (data: Uint8Array): Snapshot | undefined => {
  try {
    return readSnapshot(data)
  } catch (error) {
    if (error instanceof SnapshotDamaged) return undefined
    throw error
  }
}

/** Snapshots in any archive bucket. */
export const makeSnapshots = (documents: Documents): Snapshots => ({
  read: async (ref) => {
    const stored = await documents.read(snapshotKey(ref))
    if (stored === undefined) return { snapshot: undefined, version: undefined, damaged: false }
    const snapshot = unpack(stored.data)
    // one of another partition under this key is as good as a broken one
    const own = snapshot?.dataset === ref.dataset && snapshot.partition === ref.partition
    return { snapshot: own ? snapshot : undefined, version: stored.version, damaged: !own }
  },
  write: (snapshot, replaces) =>
    documents.write(
      { key: snapshotKey(snapshot), data: packSnapshot(snapshot), contentType: 'application/x-ndjson' },
      replaces,
    ),
})
