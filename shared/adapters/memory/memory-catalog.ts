import { isDeepStrictEqual } from 'node:util'
import type { Commit } from '../../domain/commit.ts'
import type { Holding, Waiter } from '../../domain/holding.ts'
import type { PartitionRef } from '../../domain/segment.ts'
import { sameCommit } from '../../domain/snapshot.ts'
import type { CommitLog, Holdings, PartitionEntry, PartitionRegistry, Waiters } from '../../ports/catalog.ts'

type StoredPartition = {
  readonly commits: Map<string, Commit>
  readonly holdings: Map<string, Holding>
  readonly waiters: Map<string, Waiter>
}

export type MemoryCatalog = {
  readonly log: CommitLog
  readonly holdings: Holdings
  readonly waiters: Waiters
  readonly registry: PartitionRegistry
}

const nameOf = ({ dataset, partition }: PartitionRef) => `${dataset}#${partition}`

/** The catalog's ports in memory, with the same promises as in DynamoDB. */
export const makeMemoryCatalog = (): MemoryCatalog => {
  const partitions = new Map<string, StoredPartition>()
  const entries = new Map<string, PartitionEntry>()

  const at = (ref: PartitionRef): StoredPartition => {
    const found = partitions.get(nameOf(ref))
    if (found !== undefined) return found
    const created = { commits: new Map(), holdings: new Map(), waiters: new Map() }
    partitions.set(nameOf(ref), created)
    return created
  }

  const log: CommitLog = {
    append: async (ref, commit) => {
      const { commits } = at(ref)
      const stored = commits.get(commit.id)
      if (stored === undefined) {
        commits.set(commit.id, commit)
        return 'committed'
      }
      return sameCommit(stored, commit) ? 'committed' : 'conflict'
    },
    has: async (ref, commitId) => at(ref).commits.has(commitId),
    read: async (ref) => {
      const { commits, holdings, waiters } = at(ref)
      const byId = [...commits.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1))
      return { commits: byId, holdings: new Map(holdings), waiters: [...waiters.values()] }
    },
    remove: async (ref, commit) => {
      const { commits, holdings } = at(ref)
      for (const { id } of commit.segments) holdings.delete(id)
      commits.delete(commit.id)
    },
  }

  const holdings: Holdings = {
    put: async (ref, holding, expected) => {
      const stored = at(ref).holdings
      if (!isDeepStrictEqual(stored.get(holding.segmentId), expected)) return 'stale'
      stored.set(holding.segmentId, holding)
      return 'put'
    },
  }

  const waiters: Waiters = {
    put: async (ref, waiter) => {
      at(ref).waiters.set(waiter.rehydrationId, waiter)
    },
    remove: async (ref, rehydrationId) => {
      at(ref).waiters.delete(rehydrationId)
    },
  }

  const registry: PartitionRegistry = {
    expect: async (ref, dueAt) => {
      const known = entries.get(nameOf(ref))
      if (known === undefined || known.dueAt > dueAt) entries.set(nameOf(ref), { ...ref, dueAt })
    },
    async *list(dataset, range) {
      const listed = [...entries.values()].filter(
        (entry) =>
          entry.dataset === dataset &&
          (range === undefined || (entry.partition >= range.from && entry.partition <= range.to)),
      )
      yield* listed.toSorted((a, b) => (a.partition < b.partition ? -1 : 1))
    },
    due: async (dataset, now, limit) =>
      [...entries.values()]
        .filter((entry) => entry.dataset === dataset && entry.dueAt <= now)
        .toSorted((a, b) => a.dueAt - b.dueAt)
        .slice(0, limit),
    settle: async (entry, nextDue) => {
      if (entries.get(nameOf(entry))?.dueAt !== entry.dueAt) return 'stale'
      entries.set(nameOf(entry), { dataset: entry.dataset, partition: entry.partition, dueAt: nextDue })
      return 'settled'
    },
  }

  return { log, holdings, waiters, registry }
}
