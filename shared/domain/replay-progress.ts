import type { Unread } from './completeness.ts'
import type { Digest } from './digest.ts'

export const NOT_SENT_REASONS = ['too-long', 'characters', 'empty', 'refused'] as const
export type NotSentReason = (typeof NOT_SENT_REASONS)[number]

/** A record that the queue cannot carry. */
export type NotSent = { readonly id: string; readonly time: number; readonly reason: NotSentReason }

/** How far the records of one partition have been sent to a queue: those up to here, in the order of `compareRecords`. */
export type ReplayProgress = {
  /** The last record that was dealt with. Of its id and time, `keys` are those that were. */
  readonly last: { readonly id: string; readonly time: number; readonly keys: readonly string[] }
  readonly sent: Digest
  /** Segments that were left out on the way here, and why: what they hold is behind the place, and was not sent. */
  readonly left: readonly { readonly segmentId: string; readonly reason: Unread }[]
  readonly notSent: {
    readonly count: number
    /** As many as there is room for. */
    readonly named: readonly NotSent[]
  }
}

/** How many records were dealt with: sent, or named as what no queue can carry. */
export const dealtWith = (progress: Pick<ReplayProgress, 'sent' | 'notSent'> | undefined): number =>
  progress === undefined ? 0 : progress.sent.count + progress.notSent.count

/** A task stays one item of well under 100 KB. */
const MAX_NAMED = 100
const MAX_NAMED_CHARACTERS = 8 * 1024
const MAX_KEYS = 200

type Dealt = { readonly id: string; readonly time: number; readonly key: string }

/** Whether a record was dealt with before. One that has come in since, before the place reached, counts as dealt with. */
export const isBehind = ({ id, time, key }: Dealt, { last }: Pick<ReplayProgress, 'last'>): boolean => {
  if (id !== last.id) return id < last.id
  return time === last.time ? last.keys.includes(key) : time < last.time
}

/** The place after one more record, in their order. What has more versions than there is room for may be sent again. */
export const placeAfter = (
  before: ReplayProgress['last'] | undefined,
  { id, time, key }: Dealt,
): ReplayProgress['last'] => {
  const isVersion = before !== undefined && before.id === id && before.time === time
  return { id, time, keys: isVersion ? [...before.keys, key].slice(-MAX_KEYS) : [key] }
}

/** Counts all that could not be sent, and names the first. */
export const addNotSent = (
  { count, named }: ReplayProgress['notSent'],
  more: readonly NotSent[],
): ReplayProgress['notSent'] => {
  const all = [...named]
  let characters = named.reduce((sum, { id }) => sum + id.length, 0)
  for (const one of more) {
    characters += one.id.length
    if (all.length < MAX_NAMED && characters <= MAX_NAMED_CHARACTERS) all.push(one)
  }
  return { count: count + more.length, named: all }
}

export const nothingNotSent: ReplayProgress['notSent'] = { count: 0, named: [] }
