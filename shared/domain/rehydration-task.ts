import { type Allowance, allowanceOf } from './allowance.ts'
import type { Completeness } from './completeness.ts'
import type { Digest } from './digest.ts'
import { addPaid, type PaidThaw } from './paid-thaws.ts'
import type { ReplayProgress } from './replay-progress.ts'
import type { RetrievalTier, StorageClass } from './storage-class.ts'

export type DeliveredFile = {
  readonly key: string
  readonly bytes: number
  /** SHA-256 of the file's bytes, base64. */
  readonly sha256: string
}

/** What one partition gave to the answer. */
export type TaskResult = {
  readonly file: DeliveredFile | null
  readonly records: Digest
  readonly completeness: Completeness
  /** Positions, in the selection, of the ids that were found here. Empty for a range. */
  readonly found: readonly number[]
  /** The coldest class that it was read from. */
  readonly coldest: StorageClass
  /** When S3 takes the first of the restored copies away that it was read from; missing where none is known. */
  readonly keptUntil?: number | undefined
  /** Of the segments that it was read from; missing where nobody counted. */
  readonly segmentBytes?: number | undefined
}

/** What became of the restored copies of a partition when they were to be kept for longer. */
export type KeptCopies = {
  /** The extension's time that was seen to. */
  readonly for: number
  /** The earliest time at which S3 takes one of them away; null where none is left, or none is needed. */
  readonly until: number | null
  /** Segments whose copy was gone already. */
  readonly lapsed: number
}

export type TaskState =
  | { readonly name: 'planned' }
  /** Waits for segments; S3's longest time for them is over at `readyBy`. */
  | {
      readonly name: 'thawing'
      readonly since: number
      readonly segments: number
      readonly readyBy: number
      /** When in 95 of 100 cases they are readable, by how long thaws took; missing where nobody asked. */
      readonly expectedBy?: number | undefined
    }
  /** Claimed by one attempt: only the one that claimed last may finish it. */
  | {
      readonly name: 'hydrating'
      readonly attempt: string
      readonly claimedAt: number
      readonly readableAt: number
    }
  | {
      readonly name: 'done'
      readonly readableAt: number
      readonly doneAt: number
      readonly result: TaskResult
      /** Missing until they were to be kept for longer. */
      readonly kept?: KeptCopies | undefined
    }

/** A thaw that is to be made faster, and what that costs in US dollars. */
export type TaskRaise = { readonly segmentId: string; readonly to: RetrievalTier; readonly dollars: number }

/** One partition of one rehydration. */
export type RehydrationTask = {
  readonly partition: string
  /** Segments thawed with Standard although Expedited was asked for: no capacity, or not offered for their class. */
  readonly thawedAsStandard: readonly string[]
  readonly state: TaskState
  /** Thaws that S3 was asked for because of it; missing where there are none. */
  readonly paid?: readonly PaidThaw[]
  /** Thaws that it needs faster than they were asked for, each named once; missing where there are none. */
  readonly raises?: readonly TaskRaise[]
  /** How far its records have been sent to a queue; missing where none were yet, or they are delivered as a file. */
  readonly replay?: ReplayProgress
  /** What its thaws may cost and have cost; missing where no quote was accepted. */
  readonly allowance?: Allowance
}

export type TaskEvent =
  | {
      readonly name: 'waits'
      readonly at: number
      readonly segments: number
      readonly readyBy: number
      readonly expectedBy?: number
      readonly paid?: readonly PaidThaw[]
      readonly thawedAsStandard: readonly string[]
    }
  /** S3 was asked for thaws because of it. */
  | { readonly name: 'paid'; readonly paid: readonly PaidThaw[] }
  /** Thaws that it waits for have to be made faster. */
  | { readonly name: 'raises'; readonly raises: readonly TaskRaise[] }
  | { readonly name: 'claimed'; readonly at: number; readonly attempt: string }
  | { readonly name: 'released'; readonly attempt: string }
  | { readonly name: 'replayed'; readonly attempt: string; readonly progress: ReplayProgress }
  | { readonly name: 'delivered'; readonly at: number; readonly attempt: string; readonly result: TaskResult }
  /** Its copies were seen to for an extension. */
  | { readonly name: 'kept'; readonly kept: KeptCopies }
  /** Nothing of it is wanted any more: the limit was reached before it. */
  | { readonly name: 'skipped'; readonly at: number; readonly result: TaskResult }

/** A task of which nothing is done yet. */
export const plannedTask = (partition: string, allowed: number | undefined): RehydrationTask => ({
  partition,
  thawedAsStandard: [],
  state: { name: 'planned' },
  ...(allowed !== undefined && { allowance: allowanceOf(allowed) }),
})

/**
 * Longer than a function runs, in ms. A second delivery within it finds the task claimed and leaves it alone, which only
 * saves work: what keeps two attempts apart is the attempt's name.
 */
export const LONGEST_RUN = 20 * 60_000

/**
 * The task after an event, or undefined when the event changes nothing. A task that is done stays as it is, but for how long its copies are kept. A task may go
 * back from hydrating to thawing: a restored copy can expire, and a seal can put a colder segment in a readable one's place.
 */
export const advanceTask = (task: RehydrationTask, event: TaskEvent): RehydrationTask | undefined => {
  const { state } = task
  if (state.name === 'done') {
    const isLater = event.name === 'kept' && (state.kept?.for ?? 0) < event.kept.for
    return isLater ? { ...task, state: { ...state, kept: event.kept } } : undefined
  }
  switch (event.name) {
    case 'waits': {
      const paid = addPaid(task.paid ?? [], event.paid ?? [])
      return {
        ...task,
        ...(paid && { paid }),
        thawedAsStandard: [...new Set([...task.thawedAsStandard, ...event.thawedAsStandard])],
        state: {
          name: 'thawing',
          since: state.name === 'thawing' ? state.since : event.at,
          segments: event.segments,
          readyBy: event.readyBy,
          ...(event.expectedBy !== undefined && { expectedBy: event.expectedBy }),
        },
      }
    }
    case 'paid': {
      const paid = addPaid(task.paid ?? [], event.paid)
      return paid && { ...task, paid }
    }
    case 'raises': {
      const named = task.raises ?? []
      const raises = event.raises.filter(
        ({ segmentId }) => !named.some((raise) => raise.segmentId === segmentId),
      )
      return state.name === 'thawing' && raises.length > 0
        ? { ...task, raises: [...named, ...raises] }
        : undefined
    }
    case 'claimed': {
      if (state.name === 'hydrating' && event.at < state.claimedAt + LONGEST_RUN) return undefined
      const readableAt = state.name === 'hydrating' ? state.readableAt : event.at
      const { attempt, at: claimedAt } = event
      return { ...task, state: { name: 'hydrating', attempt, claimedAt, readableAt } }
    }
    case 'released':
      return state.name === 'hydrating' && state.attempt === event.attempt
        ? { ...task, state: { ...state, claimedAt: 0 } }
        : undefined
    case 'replayed':
      return state.name === 'hydrating' && state.attempt === event.attempt
        ? { ...task, replay: event.progress }
        : undefined
    case 'delivered':
      return state.name === 'hydrating' && state.attempt === event.attempt
        ? {
            ...task,
            state: { name: 'done', readableAt: state.readableAt, doneAt: event.at, result: event.result },
          }
        : undefined
    case 'kept':
      return undefined
    case 'skipped':
      return {
        ...task,
        state: { name: 'done', readableAt: event.at, doneAt: event.at, result: event.result },
      }
  }
}
