import { describe, expect, test } from 'vitest'
import { HOUR } from '../../shared/domain/duration.ts'
import type { Holding } from '../../shared/domain/holding.ts'
import { holdingOf } from '../../shared/domain/plan-thaw.ts'
import { standingOf, timeShare } from '../../shared/domain/segment-work.ts'
import { aSegment, NOON } from '../support/builders.ts'
import { aRange, someIds } from '../support/selections.ts'

const cold = aSegment({ storageClass: 'GLACIER' })
const held = (parts: Partial<Holding>): Holding => ({ ...holdingOf(cold, undefined), ...parts })
const thaw = { tier: 'Standard', requestedAt: NOON - HOUR } as const

const AT_ONCE = { keepDays: null, now: NOON, latest: NOON }

describe('a segment', () => {
  test.each([
    ['is read at once where its class is read at once', aSegment(), undefined, 'now'],
    ['is cold in an archive class', cold, undefined, 'cold'],
    [
      'is cold where lifecycle has moved it since',
      aSegment(),
      held({ storageClass: 'DEEP_ARCHIVE' }),
      'cold',
    ],
    [
      'is read while its restored copy is there',
      cold,
      held({ thaw: { ...thaw, readableUntil: NOON + 1 } }),
      'now',
    ],
    ['is cold when that is over', cold, held({ thaw: { ...thaw, readableUntil: NOON } }), 'cold'],
    [
      'is waited for while another thaws it',
      cold,
      held({ thaw: { ...thaw, readableUntil: null } }),
      NOON + 4 * HOUR,
    ],
    [
      'is waited for no longer ago than now',
      cold,
      held({ thaw: { ...thaw, requestedAt: 0, readableUntil: null } }),
      NOON,
    ],
  ])('%s', (_, segment, holding, readable) => {
    expect(standingOf(segment, holding, AT_ONCE)).toMatchObject({ bytes: 1000, readable })
  })
})

test('the share of a segment is by its time, and all of it for ids', () => {
  const segment = aSegment({ minTime: NOON, maxTime: NOON + 99 })
  const shareOf = (from: number, to: number) => timeShare(aRange(NOON + from, NOON + to), segment)
  expect([shareOf(-9, 1000), shareOf(0, 100), shareOf(50, 1000), shareOf(0, 25), shareOf(100, 200)]).toEqual([
    1, 1, 0.5, 0.25, 0,
  ])
  expect(timeShare(someIds([{ id: 'a', time: null }]), segment)).toBe(1)
})

describe('a restored copy', () => {
  const until = (readableUntil: number | null) => held({ thaw: { ...thaw, readableUntil } })
  const standing = (holding: Holding, keepDays: number | null, latest = NOON + HOUR) =>
    standingOf(cold, holding, { keepDays, now: NOON, latest })

  test('is as good as none when it is gone before it is asked for', () => {
    expect(standing(until(NOON + HOUR), null)).toMatchObject({ readable: 'cold' })
    expect(standing(until(NOON + HOUR + 1), null)).toMatchObject({ readable: 'now' })
  })

  test('is kept for longer where it is not there for as long as it is needed', () => {
    expect(standing(until(NOON + 7 * HOUR), null)).not.toHaveProperty('lengthen')
    // three days from 13:00 on, and to midnight
    expect(standing(until(NOON + 7 * HOUR - 1), null)).toMatchObject({ lengthen: 77 * HOUR + 1 })
    expect(standing(until(NOON + 36 * HOUR), 2)).toMatchObject({ lengthen: 24 * HOUR })
    expect(standing(until(NOON + 60 * HOUR), 2)).not.toHaveProperty('lengthen')
  })

  test('that others wait for is kept for longer by who wants it for days', () => {
    expect(standing(until(null), null)).not.toHaveProperty('lengthen')
    expect(standing(until(null), 4)).toMatchObject({ readable: NOON + 4 * HOUR, lengthen: 96 * HOUR })
  })
})
