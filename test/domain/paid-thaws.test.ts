import { describe, expect, test } from 'vitest'
import { costSoFar } from '../../shared/domain/cost-so-far.ts'
import { DAY } from '../../shared/domain/duration.ts'
import type { Raise } from '../../shared/domain/holding.ts'
import { addPaid, paidFor } from '../../shared/domain/paid-thaws.ts'
import { alignHolding, holdingOf, withThaw } from '../../shared/domain/plan-thaw.ts'
import { dollarsFor, restoreDollars } from '../../shared/domain/prices.ts'
import { withRaise } from '../../shared/domain/raise-thaw.ts'
import { NO_TERMS } from '../../shared/domain/rehydration-terms.ts'
import { aSegment, NOON } from '../support/builders.ts'

const segment = aSegment({ storageClass: 'GLACIER', bytes: 2 ** 30 })
const cold = holdingOf(segment, undefined)
const asked = withThaw(cold, { tier: 'Bulk', now: NOON, until: NOON + DAY, days: 3, by: 'mine' })
const raise = (by: string, state: Raise['state']): Raise => ({ to: 'Standard', at: NOON + 1, by, state })
const faster = restoreDollars('GLACIER', 'Standard', 1, segment.bytes)
// asked for at noon, it is there between 17:00 and midnight, and kept for three days and until midnight
const copy = dollarsFor('s3.storage.restored-copy', segment.bytes * (3 * DAY + 7 * 3_600_000))

describe('a rehydration pays', () => {
  test('for the thaw that it asked for, and its copy', () => {
    const paid = paidFor(segment, asked, 'mine')
    expect(paid).toMatchObject({ segmentId: segment.id, requestedAt: NOON })
    expect(paid?.dollars).toBeCloseTo(restoreDollars('GLACIER', 'Bulk', 1, segment.bytes) + copy, 12)
  })

  test.each(['raised', 'unsure'] as const)('for having it faster, when that is %s', (state) => {
    expect(paidFor(segment, withRaise(asked, raise('mine', state)), 'mine')?.dollars).toBeCloseTo(
      copy + faster,
      12,
    )
    expect(paidFor(segment, withRaise(asked, raise('other', state)), 'mine')?.dollars).toBeCloseTo(copy, 12)
    expect(paidFor(segment, withRaise(asked, raise('other', state)), 'other')?.dollars).toBeCloseTo(
      faster,
      12,
    )
  })

  test('by the prices of the class that it was thawed in, wherever lifecycle has moved it since', () => {
    const expedited = withThaw(cold, { tier: 'Expedited', now: NOON, until: NOON + DAY, days: 3, by: 'mine' })
    const moved = alignHolding(
      expedited,
      { storageClass: 'DEEP_ARCHIVE', restore: { ongoing: false, readableUntil: NOON + DAY } },
      NOON + 1,
    )
    expect(paidFor(segment, moved, 'mine')).toEqual(paidFor(segment, expedited, 'mine'))
  })

  test('not for what S3 may not have been asked for', () => {
    expect(paidFor(segment, withRaise(asked, raise('other', 'asking')), 'other')).toBeUndefined()
  })

  test.each([
    ['what nobody thawed', cold],
    ['the thaw of another', withThaw(cold, { tier: 'Bulk', now: NOON, until: NOON, days: 3, by: 'other' })],
    [
      'a thaw of which nothing is known',
      { ...asked, thaw: asked.thaw && { ...asked.thaw, days: undefined } },
    ],
    ['what is warm by now', { ...asked, storageClass: 'STANDARD' as const }],
  ])('nothing for %s', (_, holding) => {
    expect(paidFor(segment, holding, 'mine')).toBeUndefined()
  })
})

test('each thaw is paid for once, with the most that is known of it', () => {
  const [one, two] = [
    { segmentId: 'a', requestedAt: 1, dollars: 2 },
    { segmentId: 'a', requestedAt: 5, dollars: 1 },
  ]
  expect(addPaid([], [])).toBeUndefined()
  expect(addPaid([], [one])).toEqual([one])
  expect(addPaid([one], [one])).toBeUndefined()
  expect(addPaid([one], [{ ...one, dollars: 1 }])).toBeUndefined()
  expect(addPaid([one], [two])).toEqual([one, two])
  expect(addPaid([one, two], [{ ...one, dollars: 3 }])).toEqual([two, { ...one, dollars: 3 }])
})

test('what was spent so far is thaws, and of the rest the share that is delivered', () => {
  const planned = { state: { name: 'planned' } } as const
  const result = {
    file: null,
    records: { count: 0, upper: 0n, lower: 0n },
    completeness: { segments: 0, read: 0, cold: 0, unreadable: 0, missing: 0 },
    found: [],
    coldest: 'STANDARD',
  } as const
  const paid = [{ segmentId: 'a', requestedAt: 1, dollars: 2 }]
  const done = { state: { name: 'done', readableAt: 1, doneAt: 2, result }, paid } as const
  const terms = { ...NO_TERMS, price: { dollars: 9, bytes: 1, fixed: 4 } }
  expect(costSoFar({ terms }, [])).toBe(0)
  expect(costSoFar({ terms }, [planned, planned])).toBe(0)
  expect(costSoFar({ terms }, [{ ...planned, paid }, done])).toBe(6)
  expect(costSoFar({ terms }, [done])).toBe(6)
  expect(costSoFar({ terms: NO_TERMS }, [done])).toBe(2)
})
