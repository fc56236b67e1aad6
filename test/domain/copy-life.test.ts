import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lifeOfCopy } from '../../shared/domain/copy-life.ts'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import { ARCHIVE_CLASSES, offersTier, RETRIEVAL_TIERS } from '../../shared/domain/storage-class.ts'
import { restoreDuration, restoreExpiry } from '../../simulator/s3/restore-rules.ts'
import { NOON } from '../support/builders.ts'

const at = (hour: number) => ({ from: NOON - 12 * HOUR + hour * HOUR, to: NOON - 12 * HOUR + hour * HOUR })

test('a copy that cannot be there before midnight and after it lives to a midnight that is known', () => {
  // there between 03:00 and 05:00, until midnight three days later
  expect(lifeOfCopy('GLACIER', 'Standard', { days: 3, asked: at(0) })).toEqual({
    least: 3 * DAY + 19 * HOUR,
    most: 3 * DAY + 21 * HOUR,
  })
})

test('a copy that may be there right before or right after midnight lives a day more or not', () => {
  expect(lifeOfCopy('GLACIER', 'Standard', { days: 1, asked: at(20) })).toEqual({ least: DAY, most: 2 * DAY })
  expect(lifeOfCopy('DEEP_ARCHIVE', 'Bulk', { days: 2, asked: at(0) })).toEqual({
    least: 2 * DAY,
    most: 3 * DAY,
  })
})

test('no copy of the simulated S3 lives for shorter or longer', () => {
  const cases = ARCHIVE_CLASSES.flatMap((from) =>
    RETRIEVAL_TIERS.filter((tier) => offersTier(from, tier)).map((tier) => [from, tier] as const),
  )
  fc.assert(
    fc.property(
      fc.constantFrom(...cases),
      fc.integer({ min: 0, max: 3 * DAY }),
      fc.integer({ min: 0, max: 2 * HOUR }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.integer({ min: 1, max: 30 }),
      ([from, tier], start, span, late, draw, days) => {
        const asked = { from: NOON + start, to: NOON + start + span }
        const there = asked.from + Math.floor(late * span) + restoreDuration(from, tier, 1000, draw)
        const life = restoreExpiry(there, days) - there
        const { least, most } = lifeOfCopy(from, tier, { days, asked })
        expect(life).toBeGreaterThanOrEqual(least)
        expect(life).toBeLessThanOrEqual(most)
      },
    ),
    { numRuns: 1000 },
  )
})
