import { describe, expect, test } from 'vitest'
import { dryRun, type Kept } from '../../../shared/domain/advice/dry-run.ts'
import type { ClassSteps } from '../../../shared/domain/dataset.ts'
import { DAY } from '../../../shared/domain/duration.ts'
import { GB, MONTH_MS } from '../../../shared/domain/prices.ts'

const NOW = Date.parse('2026-07-01T00:00:00Z')
const steps: ClassSteps = [
  { after: 0, storageClass: 'STANDARD' },
  { after: 30 * DAY, storageClass: 'DEEP_ARCHIVE' },
]
const kept = (parts: Partial<Kept> = {}): Kept => ({
  partition: '2026-01-01',
  bytes: GB / 8,
  storageClass: 'STANDARD',
  createdAt: Date.parse('2026-01-02T00:00:00Z'),
  ...parts,
})

describe('a dry run of a ladder', () => {
  test('moves what is old enough, and tells what that costs and saves', () => {
    const { moves, stay } = dryRun([kept(), kept(), kept({ partition: '2026-06-20' })], steps, NOW)
    const overhead = 8 * 1024 * 0.023 + 32 * 1024 * 0.00099
    expect(stay).toEqual({ inPlace: 1, tooCold: 0, withoutRule: 0 })
    expect(moves).toEqual([
      {
        from: 'STANDARD',
        to: 'DEEP_ARCHIVE',
        segments: 2,
        bytes: GB / 4,
        dollars: 0.0001,
        saves: expect.closeTo(0.25 * (0.023 - 0.00099) - (2 * overhead) / GB, 10),
      },
    ])
  })

  test('counts what a minimum duration bills for those that leave too early', () => {
    const createdAt = NOW - 60 * DAY
    const { moves } = dryRun([kept({ storageClass: 'GLACIER_IR', createdAt })], steps, NOW)
    expect(moves[0]?.dollars).toBeCloseTo(0.00005 + 0.125 * 0.004 * ((30 * DAY) / MONTH_MS), 10)
  })

  test('leaves what is colder than it has to be', () => {
    const { moves, stay } = dryRun(
      [kept({ storageClass: 'DEEP_ARCHIVE', partition: '2026-06-30' })],
      steps,
      NOW,
    )
    expect(moves).toEqual([])
    expect(stay).toEqual({ inPlace: 0, tooCold: 1, withoutRule: 0 })
  })

  test('leaves what lifecycle has no rule for', () => {
    const young = kept({ partition: '2026-06-20' })
    const { moves, stay } = dryRun([young], [{ after: 0, storageClass: 'STANDARD_IA' }], NOW)
    expect(moves).toEqual([])
    expect(stay).toEqual({ inPlace: 0, tooCold: 0, withoutRule: 1 })
  })
})
