import { describe, expect, test } from 'vitest'
import { nothingToRead } from '../../shared/domain/completeness.ts'
import { emptyDigest } from '../../shared/domain/digest.ts'
import {
  advanceTask,
  LONGEST_RUN,
  type RehydrationTask,
  type TaskEvent,
  type TaskState,
} from '../../shared/domain/rehydration-task.ts'
import { NOON } from '../support/builders.ts'

const result = {
  file: null,
  records: emptyDigest,
  completeness: nothingToRead,
  found: [],
  coldest: 'STANDARD' as const,
}

const STATES: Readonly<Record<TaskState['name'], TaskState>> = {
  planned: { name: 'planned' },
  thawing: { name: 'thawing', since: 1, segments: 2, readyBy: 9 },
  hydrating: { name: 'hydrating', attempt: 'mine', claimedAt: NOON, readableAt: 5 },
  done: { name: 'done', readableAt: 5, doneAt: 6, result },
}

const late = NOON + LONGEST_RUN

const progress = {
  last: { id: 'o-1', time: NOON, keys: ['k'] },
  sent: emptyDigest,
  left: [],
  notSent: { count: 0, named: [] },
}

const EVENTS: Readonly<Record<string, TaskEvent>> = {
  waits: { name: 'waits', at: late, segments: 1, readyBy: 20, thawedAsStandard: ['s'] },
  'claimed soon': { name: 'claimed', at: NOON + 1, attempt: 'other' },
  'claimed late': { name: 'claimed', at: late, attempt: 'other' },
  released: { name: 'released', attempt: 'mine' },
  'released by another': { name: 'released', attempt: 'other' },
  delivered: { name: 'delivered', at: late, attempt: 'mine', result },
  'delivered by another': { name: 'delivered', at: late, attempt: 'other', result },
  skipped: { name: 'skipped', at: late, result },
  replayed: { name: 'replayed', attempt: 'mine', progress },
  'replayed by another': { name: 'replayed', attempt: 'other', progress },
  kept: { name: 'kept', kept: { for: 9, until: 10, lapsed: 0 } },
  paid: { name: 'paid', paid: [{ segmentId: 's', requestedAt: 1, dollars: 1 }] },
  raises: { name: 'raises', raises: [{ segmentId: 's', to: 'Standard', dollars: 1 }] },
}

const TABLE: Readonly<Record<TaskState['name'], Readonly<Record<string, TaskState['name'] | '-'>>>> = {
  planned: {
    paid: 'planned',
    waits: 'thawing',
    'claimed soon': 'hydrating',
    'claimed late': 'hydrating',
    released: '-',
    'released by another': '-',
    delivered: '-',
    'delivered by another': '-',
    replayed: '-',
    'replayed by another': '-',
    skipped: 'done',
    kept: '-',
    raises: '-',
  },
  thawing: {
    waits: 'thawing',
    'claimed soon': 'hydrating',
    'claimed late': 'hydrating',
    released: '-',
    'released by another': '-',
    delivered: '-',
    'delivered by another': '-',
    replayed: '-',
    'replayed by another': '-',
    skipped: 'done',
    kept: '-',
    raises: 'thawing',
    paid: 'thawing',
  },
  hydrating: {
    paid: 'hydrating',
    waits: 'thawing',
    'claimed soon': '-',
    'claimed late': 'hydrating',
    released: 'hydrating',
    'released by another': '-',
    delivered: 'done',
    'delivered by another': '-',
    replayed: 'hydrating',
    'replayed by another': '-',
    skipped: 'done',
    kept: '-',
    raises: '-',
  },
  done: {
    paid: '-',
    waits: '-',
    'claimed soon': '-',
    'claimed late': '-',
    released: '-',
    'released by another': '-',
    delivered: '-',
    'delivered by another': '-',
    replayed: '-',
    'replayed by another': '-',
    skipped: '-',
    kept: 'done',
    raises: '-',
  },
}

const aTask = (state: TaskState): RehydrationTask => ({
  partition: '2024-03-10',
  thawedAsStandard: ['r'],
  state,
})

describe('a task', () => {
  const pairs = Object.values(STATES).flatMap((state) =>
    Object.entries(EVENTS).map(([event, given]) => ({ state, event, given, next: TABLE[state.name][event] })),
  )

  test.each(pairs)('that is $state.name becomes $next when it is $event', ({ state, given, next }) => {
    expect(advanceTask(aTask(state), given)?.state.name ?? '-').toBe(next)
  })

  test('remembers every segment that was thawed with Standard, however often it is looked at', () => {
    const waits: TaskEvent = { name: 'waits', at: 1, segments: 1, readyBy: 2, thawedAsStandard: ['r', 's'] }
    expect(advanceTask(aTask({ name: 'planned' }), waits)?.thawedAsStandard).toEqual(['r', 's'])
  })

  test('remembers how far its attempt has come with sending', () => {
    const replayed = advanceTask(aTask(STATES.hydrating), { name: 'replayed', attempt: 'mine', progress })
    expect(replayed?.replay).toEqual(progress)
  })

  test('can be claimed at once after it was released', () => {
    const released = advanceTask(aTask(STATES.hydrating), { name: 'released', attempt: 'mine' })
    const claimed = released && advanceTask(released, { name: 'claimed', at: NOON + 1, attempt: 'other' })
    expect(claimed?.state).toMatchObject({ name: 'hydrating', attempt: 'other' })
  })

  test('stays readable since the first claim, and waits since the first wait', () => {
    const again = advanceTask(aTask(STATES.hydrating), { name: 'claimed', at: late, attempt: 'other' })
    expect(again?.state).toMatchObject({ readableAt: 5, claimedAt: late })
    const waiting = advanceTask(aTask(STATES.thawing), {
      name: 'waits',
      at: 7,
      segments: 1,
      readyBy: 8,
      thawedAsStandard: [],
    })
    expect(waiting?.state).toMatchObject({ since: 1, readyBy: 8 })
  })
})

test('a task that is done has its copies kept for ever longer', () => {
  const task = { partition: 'p', thawedAsStandard: [], state: STATES.done }
  const kept = (of: RehydrationTask, until: number) =>
    advanceTask(of, { name: 'kept', kept: { for: until, until, lapsed: 1 } })
  const once = kept(task, 9)
  expect(once).toEqual({ ...task, state: { ...STATES.done, kept: { for: 9, until: 9, lapsed: 1 } } })
  expect(once && kept(once, 9)).toBeUndefined()
  expect(once && kept(once, 10)?.state).toMatchObject({ kept: { for: 10 } })
})

test('a task names each thaw that is to be made faster once', () => {
  const named = (of: RehydrationTask, ...segmentIds: readonly string[]) =>
    advanceTask(of, {
      name: 'raises',
      raises: segmentIds.map((segmentId) => ({ segmentId, to: 'Standard', dollars: 1 })),
    })
  const once = named(aTask(STATES.thawing), 'a', 'b')
  expect(once?.raises).toHaveLength(2)
  expect(once && named(once, 'a')).toBeUndefined()
  expect(once && named(once, 'a', 'c')?.raises?.map(({ segmentId }) => segmentId)).toEqual(['a', 'b', 'c'])
})

test('a task that waits knows what S3 was asked for because of it, and when that is there', () => {
  const paid = [{ segmentId: 's', requestedAt: 1, dollars: 1 }]
  const waits = { name: 'waits', at: 1, segments: 1, readyBy: 9, thawedAsStandard: [] } as const
  const once = advanceTask(aTask(STATES.planned), { ...waits, expectedBy: 7, paid })
  expect(once).toMatchObject({ paid, state: { expectedBy: 7 } })
  expect(once && advanceTask(once, { name: 'paid', paid })).toBeUndefined()
  const again = once && advanceTask(once, waits)
  expect(again?.paid).toEqual(paid)
  expect(again?.state).not.toHaveProperty('expectedBy')
})
