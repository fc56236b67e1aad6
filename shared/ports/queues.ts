import type { PartitionRef } from '../domain/segment.ts'

/** Every send either takes all tasks or throws; what is sent twice is worked on twice, harmlessly. */
export type SealQueue = { send(tasks: readonly PartitionRef[]): Promise<void> }

/** A hot object to age, by its key; the dataset, where the key does not tell it. */
export type ObjectsQueue = {
  send(tasks: readonly { readonly key: string; readonly dataset?: string }[]): Promise<void>
}

/** Records to archive: lines of one dataset, or envelopes where none is named. */
export type RecordsMessage = { readonly body: string; readonly dataset: string | null }
export type RecordsQueue = { send(messages: readonly RecordsMessage[]): Promise<void> }

/** A rehydration to plan (no partition), or one partition of it to thaw; `keep`: to keep its restored copies for longer. */
export type ThawTask = {
  readonly rehydrationId: string
  readonly partition: string | null
  readonly keep?: true
}
export type ThawQueue = { send(tasks: readonly ThawTask[]): Promise<void> }

export type HydrateTask = { readonly rehydrationId: string; readonly partition: string }
export type HydrateQueue = { send(tasks: readonly HydrateTask[]): Promise<void> }

/** Dead commits and orphaned objects of a partition, for the one role that may delete. It checks again before it does. */
export type ExpireTask = PartitionRef & {
  readonly commitIds: readonly string[]
  readonly orphanKeys: readonly string[]
}
export type ExpireQueue = { send(tasks: readonly ExpireTask[]): Promise<void> }
