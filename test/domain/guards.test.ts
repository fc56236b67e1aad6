import { describe, expect, test } from 'vitest'
import { guardsOf } from '../../shared/domain/config.ts'
import { brokenCap, isGuarded, NO_CAPS, NO_GUARDS, needsApproval } from '../../shared/domain/guards.ts'
import { aDataset } from '../support/builders.ts'

describe('a cap', () => {
  const caps = { maxCostUsd: 10, maxBytes: 100 }

  test('holds what is no more than it, with what others have used', () => {
    expect(brokenCap(caps, 'perDay', { dollars: 10, bytes: 100 })).toBeUndefined()
    expect(brokenCap(caps, 'perDay', { dollars: 4, bytes: 40 }, { dollars: 6, bytes: 60 })).toBeUndefined()
    expect(brokenCap(NO_CAPS, 'perDay', { dollars: 1e9, bytes: 1e18 })).toBeUndefined()
  })

  test('that is broken is named, with its value, what was asked and what is left', () => {
    expect(brokenCap(caps, 'perRehydration', { dollars: 10.5, bytes: 1000 })).toEqual({
      cap: 'guards.perRehydration.maxCostUsd',
      limit: 10,
      asked: 10.5,
      left: 10,
    })
    expect(brokenCap(caps, 'perDay', { dollars: 0, bytes: 30 }, { dollars: 99, bytes: 80 })).toEqual({
      cap: 'guards.perDay.maxCostUsd',
      limit: 10,
      asked: 0,
      left: 0,
    })
    expect(
      brokenCap(
        { ...caps, maxCostUsd: null },
        'perDay',
        { dollars: 0, bytes: 30 },
        { dollars: 0, bytes: 80 },
      ),
    ).toEqual({ cap: 'guards.perDay.maxBytes', limit: 100, asked: 30, left: 20 })
  })
})

test.each([
  [{ perRehydration: { maxCostUsd: 0, maxBytes: null } }],
  [{ perDay: { maxCostUsd: null, maxBytes: 0 } }],
  [{ approvalAboveUsd: 0 }],
])('%j guards a dataset', (guards) => {
  expect(isGuarded({ ...NO_GUARDS, ...guards })).toBe(true)
  expect(isGuarded(NO_GUARDS)).toBe(false)
})

test('only what costs more than the threshold needs an approval', () => {
  const guards = { ...NO_GUARDS, approvalAboveUsd: 5 }
  expect(needsApproval(guards, { dollars: 5, bytes: 1e15 })).toBe(false)
  expect(needsApproval(guards, { dollars: 5.01, bytes: 0 })).toBe(true)
  expect(needsApproval(NO_GUARDS, { dollars: 1e9, bytes: 0 })).toBe(false)
})

test('a dataset has the guards of the configuration, and one that has left it has none', () => {
  const guards = { ...NO_GUARDS, approvalAboveUsd: 3 }
  const datasets = new Map([['orders', aDataset({ guards })]])
  expect(guardsOf({ datasets }, 'orders')).toEqual(guards)
  expect(guardsOf({ datasets }, 'tickets')).toEqual(NO_GUARDS)
})
