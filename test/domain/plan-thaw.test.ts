import { describe, expect, test } from 'vitest'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import type { Holding } from '../../shared/domain/holding.ts'
import {
  alignHolding,
  askedByAnother,
  daysToAsk,
  decideThaw,
  holdingOf,
  isReadable,
  LONGEST_ASK,
  longestNeed,
  neededUntil,
  type StorageFacts,
  thawedIn,
  tierFor,
  withAsking,
  withNeed,
  withThaw,
} from '../../shared/domain/plan-thaw.ts'
import { RETRIEVAL_TIERS, STORAGE_CLASSES, tiersOf } from '../../shared/domain/storage-class.ts'
import { aSegment, NOON } from '../support/builders.ts'

const cold: StorageFacts = { storageClass: 'GLACIER', restore: null }
const ongoing: StorageFacts = { ...cold, restore: { ongoing: true, readableUntil: null } }
const until = (readableUntil: number): StorageFacts => ({
  ...cold,
  restore: { ongoing: false, readableUntil },
})

describe('what to do about a segment', () => {
  test.each([
    ['nothing is there', undefined, null, 'missing'],
    ['it was never thawed', cold, null, 'thaw'],
    ['a thaw is in progress', ongoing, null, 'wait'],
    ['a thaw is in progress and it is to be kept', ongoing, 30, 'wait'],
    ['its copy is readable for a day', until(NOON + DAY), null, 'readable'],
    ['its copy is readable for an hour', until(NOON + HOUR), null, 'extend'],
    ['its copy is readable for less than asked for', until(NOON + DAY), 2, 'extend'],
    ['its copy is readable for longer than asked for', until(NOON + 9 * DAY), 2, 'readable'],
    ['its copy has expired this moment', until(NOON), null, 'thaw'],
  ] as const)('when %s', (_, facts, keepDays, decision) => {
    expect(decideThaw(facts, { until: neededUntil(keepDays, NOON), now: NOON })).toBe(decision)
  })

  test('is nothing in every class that is no archive', () => {
    const warm = STORAGE_CLASSES.filter((one) => one !== 'GLACIER' && one !== 'DEEP_ARCHIVE')
    for (const storageClass of warm)
      expect(decideThaw({ storageClass, restore: null }, { until: NOON + 9 * DAY, now: NOON })).toBe(
        'readable',
      )
  })

  test('is to ask for Standard where Expedited is not offered', () => {
    expect(RETRIEVAL_TIERS.map((tier) => tierFor('DEEP_ARCHIVE', tiersOf(tier)))).toEqual([
      'Bulk',
      'Standard',
      'Standard',
    ])
    expect(RETRIEVAL_TIERS.map((tier) => tierFor('GLACIER', tiersOf(tier)))).toEqual(RETRIEVAL_TIERS)
  })
})

describe('how long a thaw is needed', () => {
  const asked = withThaw(holdingOf(aSegment(), undefined), {
    tier: 'Bulk',
    now: NOON,
    until: NOON + 9 * DAY,
    days: 9,
  })

  test('is for as long as delivering takes where nothing is said', () => {
    expect(neededUntil(null, NOON)).toBe(NOON + 6 * HOUR)
    expect(neededUntil(9, NOON)).toBe(NOON + 9 * DAY)
  })

  test('[F12] is the longest that anybody has asked for', () => {
    expect(longestNeed(asked, NOON)).toBe(NOON + 9 * DAY)
    expect(withNeed(asked, NOON + DAY)).toBe(asked)
    expect(withNeed(asked, NOON + 20 * DAY).thaw).toEqual({ ...asked.thaw, neededUntil: NOON + 20 * DAY })
    expect(daysToAsk(asked, 2, NOON)).toBe(9)
    expect(daysToAsk(asked, 12, NOON)).toBe(12)
    expect(daysToAsk(asked, null, NOON + 8.5 * DAY)).toBe(3)
  })

  test('is not known of what was not thawed, or was by an older version', () => {
    const never = holdingOf(aSegment(), undefined)
    expect(withNeed(never, NOON + DAY)).toBe(never)
    const older = { ...never, thaw: { tier: 'Bulk', requestedAt: NOON, readableUntil: null } } as const
    expect(daysToAsk(older, null, NOON)).toBe(3)
    expect(withNeed(older, NOON + DAY).thaw).toEqual({ ...older.thaw, neededUntil: NOON + DAY })
  })

  test('says nothing of a copy of which S3 tells no end', () => {
    const endless: StorageFacts = { ...cold, restore: { ongoing: false, readableUntil: null } }
    expect(isReadable(endless, NOON)).toBe(false)
  })
})

describe('who asks S3', () => {
  const free = holdingOf(aSegment(), undefined)
  const held = withAsking(free, 'a', NOON)

  test('is one at a time, and says since when', () => {
    expect(held).toEqual({ ...free, asking: { attempt: 'a', since: NOON } })
    expect(askedByAnother(held, 'b', NOON + HOUR - 1)).toEqual({ until: NOON + HOUR })
    expect(askedByAnother(held, 'b', NOON + HOUR)).toBeUndefined()
    expect(withAsking(held, 'b', NOON + HOUR).asking).toEqual({ attempt: 'b', since: NOON + HOUR })
  })

  test('may go on asking, and ends', () => {
    expect(askedByAnother(held, 'a', NOON)).toBeUndefined()
    expect(withAsking(held, 'a', NOON + 1)).toBe(held)
    expect(withAsking(held, null, NOON + 1)).toEqual(free)
  })

  test('is nobody where nobody says so', () => {
    expect(askedByAnother(free, 'a', NOON)).toBeUndefined()
    expect(withAsking(free, null, NOON)).toBe(free)
  })
})

describe('a holding in line with S3', () => {
  const segment = aSegment({ storageClass: 'GLACIER' })
  const before = holdingOf(segment, undefined)
  const thawing: Holding = { ...before, thaw: { tier: 'Bulk', requestedAt: NOON, readableUntil: null } }

  test('is the same object when nothing changed', () => {
    expect(alignHolding(before, cold, NOON + 1)).toBe(before)
    expect(alignHolding(thawing, ongoing, NOON + 1)).toBe(thawing)
  })

  test('takes the window from S3 and keeps who asked', () => {
    expect(alignHolding(thawing, until(NOON + DAY), NOON + 1).thaw).toEqual({
      tier: 'Bulk',
      requestedAt: NOON,
      readableUntil: NOON + DAY,
    })
  })

  test('remembers the class that it was thawed in when lifecycle moves it on', () => {
    const facts = { ...until(NOON + DAY), storageClass: 'DEEP_ARCHIVE' } as const
    const moved = alignHolding(thawing, facts, NOON + 1)
    expect(moved).toMatchObject({ storageClass: 'DEEP_ARCHIVE', thaw: { from: 'GLACIER', tier: 'Bulk' } })
    expect(thawedIn(moved)).toBe('GLACIER')
    // and from then on
    expect(
      alignHolding(moved, { ...facts, restore: { ongoing: false, readableUntil: NOON } }, NOON + 2),
    ).toMatchObject({
      thaw: { from: 'GLACIER', readableUntil: NOON },
    })
    expect(thawedIn(thawing)).toBe('GLACIER')
    expect(thawedIn(before)).toBeUndefined()
  })

  test('loses a thaw whose copy is gone, and one that S3 does not show an hour after it was written down', () => {
    const readable = alignHolding(thawing, until(NOON + DAY), NOON + 1)
    expect(alignHolding(readable, cold, NOON + 2).thaw).toBeNull()
    expect(alignHolding(thawing, cold, NOON + LONGEST_ASK).thaw).toBeNull()
  })

  test('keeps a thaw that is written down before S3 is asked for it', () => {
    expect(alignHolding(thawing, cold, NOON)).toBe(thawing)
    expect(alignHolding(thawing, cold, NOON + LONGEST_ASK - 1)).toBe(thawing)
  })

  test('gains a thaw that nobody wrote down, as one of the slowest tier', () => {
    expect(alignHolding(before, ongoing, NOON + 1).thaw).toEqual({
      tier: 'Bulk',
      requestedAt: NOON + 1,
      readableUntil: null,
    })
  })

  test('reaches its target when S3 shows that class or a colder one', () => {
    const moving: Holding = { ...before, storageClass: 'STANDARD', target: 'GLACIER', taggedAt: NOON }
    const still = alignHolding(moving, { storageClass: 'GLACIER_IR', restore: null }, NOON + 1)
    expect(still).toMatchObject({ storageClass: 'GLACIER_IR', target: 'GLACIER' })
    for (const storageClass of ['GLACIER', 'DEEP_ARCHIVE'] as const)
      expect(alignHolding(moving, { storageClass, restore: null }, NOON + 1)).toMatchObject({
        storageClass,
        target: null,
        taggedAt: null,
        confirmedAt: NOON + 1,
      })
  })
})
