import { describe, expect, test } from 'vitest'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import type { Holding } from '../../shared/domain/holding.ts'
import { alignHolding, holdingOf, withThaw } from '../../shared/domain/plan-thaw.ts'
import { HISTORY_PLACES, HISTORY_SHARES, placeOf, thawSeen } from '../../shared/domain/thaw-sample.ts'
import { aSegment, NOON } from '../support/builders.ts'

const segment = { ...aSegment(), bytes: 100 * 1024 ** 2 }
const cold: Holding = { ...holdingOf(segment, undefined), storageClass: 'GLACIER' }
const asked = withThaw(cold, { tier: 'Bulk', now: NOON, until: NOON + DAY, days: 3 })
const there = { ongoing: false, readableUntil: NOON + 3 * DAY }
const look = (before: Holding, restore: typeof there | { ongoing: true; readableUntil: null } | null) =>
  alignHolding(before, { storageClass: 'GLACIER', restore }, NOON + 9 * HOUR)

describe('a thaw that is over', () => {
  test('took from the request until it was ready', () => {
    expect(thawSeen(segment, asked, look(asked, there), NOON + 8 * HOUR)).toEqual({
      storageClass: 'GLACIER',
      tier: 'Bulk',
      size: 'large',
      took: 8 * HOUR,
      at: NOON + 8 * HOUR,
      segmentId: segment.id,
      requestedAt: NOON,
    })
  })

  test('was one of the class that it was asked for in, though lifecycle has moved it on', () => {
    const moved = alignHolding(asked, { storageClass: 'DEEP_ARCHIVE', restore: there }, NOON + 9 * HOUR)
    expect(thawSeen(segment, asked, moved, NOON + 8 * HOUR)).toMatchObject({ storageClass: 'GLACIER' })
  })

  test('took no less than nothing, whatever the clocks say', () => {
    expect(thawSeen(segment, asked, look(asked, there), NOON - 1)).toMatchObject({ took: 0 })
  })

  test.each([
    ['is not over', asked, look(asked, { ongoing: true, readableUntil: null })],
    ['never was', cold, look(cold, null)],
    ['was over before', look(asked, there), look(look(asked, there), there)],
    ['was found, and not asked for', cold, look(cold, there)],
    ['is gone with its claim', asked, look(asked, null)],
  ])('is not seen where it %s', (_, before, after) => {
    expect(thawSeen(segment, before, after, NOON + HOUR)).toBeUndefined()
  })

  test('says nothing where nobody knows how it was asked for', () => {
    const { thaw } = asked
    const unknown = { ...asked, thaw: thaw && { ...thaw, days: undefined } }
    expect(thawSeen(segment, unknown, look(unknown, there), NOON + HOUR)).toBeUndefined()
  })

  test('says nothing of a class that needs none', () => {
    const warm = { ...look(asked, there), storageClass: 'STANDARD' } as const
    expect(thawSeen(segment, asked, warm, NOON + HOUR)).toBeUndefined()
  })
})

test('thaws are strewn over all places of all shares, the same one always in one', () => {
  const seen = new Map<string, number>()
  for (let index = 0; index < 20_000; index += 1) {
    const thaw = {
      storageClass: 'GLACIER',
      tier: 'Bulk',
      size: 'small',
      took: 1,
      at: 1,
      segmentId: `01HRKZ${index}`,
      requestedAt: NOON + (index % 7),
    } as const
    const { share, place } = placeOf(thaw)
    expect(placeOf({ ...thaw, took: 2 })).toEqual({ share, place })
    seen.set(`${share} ${place}`, (seen.get(`${share} ${place}`) ?? 0) + 1)
  }
  expect(seen.size).toBe(HISTORY_SHARES * HISTORY_PLACES)
  const fair = 20_000 / seen.size
  expect(Math.max(...seen.values())).toBeLessThan(2 * fair)
})
