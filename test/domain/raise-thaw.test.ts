import { describe, expect, test } from 'vitest'
import { HOUR } from '../../shared/domain/duration.ts'
import { underWayOf } from '../../shared/domain/expect-thaw.ts'
import type { Holding, Raise, Thaw } from '../../shared/domain/holding.ts'
import { holdingOf, thawedBy, underWayAs, withThaw } from '../../shared/domain/plan-thaw.ts'
import { raisable, withRaise } from '../../shared/domain/raise-thaw.ts'
import { thawSeen } from '../../shared/domain/thaw-sample.ts'
import { aSegment, NOON } from '../support/builders.ts'

const segment = aSegment({ storageClass: 'GLACIER' })
const cold = holdingOf(segment, undefined)
const bulk = withThaw(cold, { tier: 'Bulk', now: NOON, until: NOON + HOUR, days: 3, by: 'r' })
const raise = (state: Raise['state']): Raise => ({ to: 'Standard', at: NOON + HOUR, by: 'r', state })

const withThawOf = (parts: Partial<Thaw>): Holding => ({
  ...bulk,
  thaw: bulk.thaw && { ...bulk.thaw, ...parts },
})

describe('a thaw can be made faster', () => {
  test('while it is under way, with a faster tier that its class offers', () => {
    expect(raisable(bulk, 'GLACIER', 'Standard')).toEqual(bulk.thaw)
    expect(raisable(bulk, 'GLACIER', 'Expedited')).toEqual(bulk.thaw)
    expect(raisable(bulk, 'GLACIER', 'Bulk')).toBeUndefined()
    expect(raisable(bulk, 'DEEP_ARCHIVE', 'Expedited')).toBeUndefined()
    expect(raisable(withThawOf({ tier: 'Standard' }), 'GLACIER', 'Bulk')).toBeUndefined()
  })

  test.each([
    ['nothing is asked for', cold],
    ['it is over', withThawOf({ readableUntil: NOON })],
    ['nobody knows for how many days', withThawOf({ days: undefined })],
    ['it was made faster before', withRaise(bulk, raise('raised'))],
    ['it may have been', withRaise(bulk, raise('unsure'))],
  ])('not where %s', (_, holding) => {
    expect(raisable(holding, 'GLACIER', 'Expedited')).toBeUndefined()
  })

  test('by the next where one died who was about to', () => {
    expect(raisable(withRaise(bulk, raise('asking')), 'GLACIER', 'Expedited')).toBeDefined()
  })
})

test('what is claimed can be taken back', () => {
  expect(withRaise(withRaise(bulk, raise('asking')), null)).toEqual(bulk)
  expect(withRaise(cold, raise('asking'))).toBe(cold)
})

describe('a thaw that was made faster', () => {
  const raised = withRaise(bulk, raise('raised'))

  test('counts from then on, and one of which nothing is sure as it was', () => {
    expect(raised.thaw && underWayAs(raised.thaw)).toEqual({ tier: 'Standard', requestedAt: NOON + HOUR })
    for (const state of ['asking', 'unsure'] as const) {
      const { thaw } = withRaise(bulk, raise(state))
      expect(thaw && underWayAs(thaw)).toEqual({ tier: 'Bulk', requestedAt: NOON })
    }
  })

  test('is there no later than it would have been', () => {
    expect(thawedBy(raised, NOON)).toBe(NOON + 6 * HOUR)
    const late = withRaise(bulk, { ...raise('raised'), at: NOON + 9 * HOUR })
    expect(thawedBy(late, NOON)).toBe(NOON + 12 * HOUR)
  })

  test('is not made faster again', () => {
    expect(underWayOf(raised, 5)).toEqual({
      storageClass: 'GLACIER',
      tier: 'Standard',
      requestedAt: NOON + HOUR,
      bytes: 5,
      canRaise: false,
    })
    expect(underWayOf(bulk, 5)).toMatchObject({ canRaise: true })
    expect(underWayOf(withThawOf({ days: undefined }), 5)).toMatchObject({ canRaise: false })
  })

  test('says nothing of how long thaws take', () => {
    const after = { ...raised, thaw: raised.thaw && { ...raised.thaw, readableUntil: NOON + 9 * HOUR } }
    expect(thawSeen(segment, raised, after, NOON + 5 * HOUR)).toBeUndefined()
  })
})
