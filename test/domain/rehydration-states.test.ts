import { describe, expect, test } from 'vitest'
import { nothingToRead } from '../../shared/domain/completeness.ts'
import { emptyDigest } from '../../shared/domain/digest.ts'
import {
  advanceRehydration,
  endedAt,
  REHYDRATION_STATES,
  type RehydrationEvent,
  type RehydrationState,
} from '../../shared/domain/rehydration-states.ts'

const summary = {
  files: 0,
  bytes: 0,
  records: emptyDigest,
  completeness: nothingToRead,
  notFound: null,
  manifest: 'm',
}

const STATES: Readonly<Record<RehydrationState['name'], RehydrationState>> = {
  'awaiting-approval': { name: 'awaiting-approval' },
  accepted: { name: 'accepted' },
  thawing: { name: 'thawing', plannedAt: 1 },
  hydrating: { name: 'hydrating', plannedAt: 1, hydratingAt: 2 },
  completed: { name: 'completed', plannedAt: 1, readableAt: 2, completedAt: 3, summary },
  failed: { name: 'failed', failedAt: 3, reason: 'why' },
  cancelled: { name: 'cancelled', cancelledAt: 3 },
}

const EVENTS: Readonly<Record<RehydrationEvent['name'], RehydrationEvent>> = {
  approved: { name: 'approved', at: 10 },
  planned: { name: 'planned', at: 10 },
  readable: { name: 'readable', at: 10 },
  finished: { name: 'finished', at: 10, readableAt: 9, summary },
  failed: { name: 'failed', at: 10, reason: 'late' },
  cancelled: { name: 'cancelled', at: 10 },
}

const OVER = {
  approved: '-',
  planned: '-',
  readable: '-',
  finished: '-',
  failed: '-',
  cancelled: '-',
} as const

/** What each event makes of each state; a dash where it changes nothing. */
const TABLE = {
  'awaiting-approval': {
    approved: 'accepted',
    planned: '-',
    readable: '-',
    finished: '-',
    failed: 'failed',
    cancelled: 'cancelled',
  },
  accepted: {
    approved: '-',
    planned: 'thawing',
    readable: '-',
    finished: '-',
    failed: 'failed',
    cancelled: 'cancelled',
  },
  thawing: {
    approved: '-',
    planned: '-',
    readable: 'hydrating',
    finished: 'completed',
    failed: 'failed',
    cancelled: 'cancelled',
  },
  hydrating: {
    approved: '-',
    planned: '-',
    readable: '-',
    finished: 'completed',
    failed: 'failed',
    cancelled: 'cancelled',
  },
  completed: OVER,
  failed: OVER,
  cancelled: OVER,
} as const satisfies Record<
  RehydrationState['name'],
  Record<RehydrationEvent['name'], RehydrationState['name'] | '-'>
>

test('every state is listed once', () => {
  expect(REHYDRATION_STATES.toSorted()).toEqual(Object.keys(STATES).toSorted())
})

describe('a rehydration', () => {
  const pairs = Object.values(STATES).flatMap((state) =>
    Object.values(EVENTS).map((event) => ({ state, event, next: TABLE[state.name][event.name] })),
  )

  test.each(pairs)('that is $state.name becomes $next when it is $event.name', ({ state, event, next }) => {
    expect(advanceRehydration(state, event)?.name ?? '-').toBe(next)
  })

  test('keeps when it was planned until it is completed', () => {
    const hydrating = advanceRehydration(STATES.thawing, EVENTS.readable)
    expect(hydrating).toEqual({ name: 'hydrating', plannedAt: 1, hydratingAt: 10 })
    expect(hydrating && advanceRehydration(hydrating, EVENTS.finished)).toEqual({
      name: 'completed',
      plannedAt: 1,
      readableAt: 9,
      completedAt: 10,
      summary,
    })
  })
})

const ENDED: Readonly<Record<RehydrationState['name'], number | null>> = {
  'awaiting-approval': null,
  accepted: null,
  thawing: null,
  hydrating: null,
  completed: 30,
  failed: 40,
  cancelled: 50,
}

test.each<RehydrationState>([
  STATES['awaiting-approval'],
  STATES.accepted,
  STATES.thawing,
  STATES.hydrating,
  { name: 'completed', plannedAt: 1, readableAt: 2, completedAt: 30, summary },
  { name: 'failed', failedAt: 40, reason: 'why' },
  { name: 'cancelled', cancelledAt: 50 },
])('a rehydration that is $name tells when it ended, where it has', (state) => {
  expect(endedAt(state)).toBe(ENDED[state.name])
})
