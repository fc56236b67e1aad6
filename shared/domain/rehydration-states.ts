import type { Completeness } from './completeness.ts'
import type { Digest } from './digest.ts'

export type RehydrationSummary = {
  readonly files: number
  readonly bytes: number
  readonly records: Digest
  readonly completeness: Completeness
  /** Selected ids that no record was delivered of. Null for a range, and where a limit leaves it open. */
  readonly notFound: number | null
  /** Records that the queue could not carry, where they were sent to one. */
  readonly notSent?: number
  /** Key of the manifest, which lists the files. */
  readonly manifest: string
}

export type RehydrationState =
  /** Somebody else than its asker has to let it go on first. */
  | { readonly name: 'awaiting-approval' }
  | { readonly name: 'accepted' }
  /** Planned: some partitions may still wait for S3. */
  | { readonly name: 'thawing'; readonly plannedAt: number }
  /** The first partition is readable and being delivered; others may still wait. */
  | { readonly name: 'hydrating'; readonly plannedAt: number; readonly hydratingAt: number }
  | {
      readonly name: 'completed'
      readonly plannedAt: number
      /** When the last partition had become readable. */
      readonly readableAt: number
      readonly completedAt: number
      readonly summary: RehydrationSummary
    }
  | { readonly name: 'failed'; readonly failedAt: number; readonly reason: string }
  | { readonly name: 'cancelled'; readonly cancelledAt: number }

export type RehydrationStateName = RehydrationState['name']

export const REHYDRATION_STATES = [
  'awaiting-approval',
  'accepted',
  'thawing',
  'hydrating',
  'completed',
  'failed',
  'cancelled',
] as const satisfies readonly RehydrationStateName[]

export type RehydrationEvent =
  | { readonly name: 'approved'; readonly at: number }
  | { readonly name: 'planned'; readonly at: number }
  | { readonly name: 'readable'; readonly at: number }
  | {
      readonly name: 'finished'
      readonly at: number
      readonly readableAt: number
      readonly summary: RehydrationSummary
    }
  | { readonly name: 'failed'; readonly at: number; readonly reason: string }
  | { readonly name: 'cancelled'; readonly at: number }

/** Nothing more happens to it. */
export const isOver = (state: RehydrationState): boolean =>
  state.name === 'completed' || state.name === 'failed' || state.name === 'cancelled'

/** When it came to its end; null while it has not. */
export const endedAt = (state: RehydrationState): number | null => {
  if (state.name === 'completed') return state.completedAt
  if (state.name === 'failed') return state.failedAt
  return state.name === 'cancelled' ? state.cancelledAt : null
}

/**
 * The state after an event, or undefined when the event changes nothing: it is late, repeated, or out of order.
 * Every event may come again at any time, so none is an error.
 */
export const advanceRehydration = (
  state: RehydrationState,
  event: RehydrationEvent,
): RehydrationState | undefined => {
  if (isOver(state)) return undefined
  switch (event.name) {
    case 'approved':
      return state.name === 'awaiting-approval' ? { name: 'accepted' } : undefined
    case 'planned':
      return state.name === 'accepted' ? { name: 'thawing', plannedAt: event.at } : undefined
    case 'readable':
      return state.name === 'thawing'
        ? { name: 'hydrating', plannedAt: state.plannedAt, hydratingAt: event.at }
        : undefined
    case 'finished':
      return state.name === 'thawing' || state.name === 'hydrating'
        ? {
            name: 'completed',
            plannedAt: state.plannedAt,
            readableAt: event.readableAt,
            completedAt: event.at,
            summary: event.summary,
          }
        : undefined
    case 'failed':
      return { name: 'failed', failedAt: event.at, reason: event.reason }
    case 'cancelled':
      return { name: 'cancelled', cancelledAt: event.at }
  }
}
