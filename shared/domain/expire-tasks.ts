import type { PartitionRef } from './segment.ts'

/** Names of a task: a message holds 1 MiB. */
const NAMES_A_TASK = 200

const chunksOf = <Item>(items: readonly Item[], size: number): Item[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  )

/** What of a partition is to be expired, in as many tasks as its names take. */
export const expireTasks = (ref: PartitionRef, commits: readonly string[], orphans: readonly string[]) => [
  ...chunksOf(commits, NAMES_A_TASK).map((commitIds) => ({ ...ref, commitIds, orphanKeys: [] })),
  ...chunksOf(orphans, NAMES_A_TASK).map((orphanKeys) => ({ ...ref, commitIds: [], orphanKeys })),
]
