import { expect, test } from 'vitest'
import { extensionDollars } from '../../shared/domain/keep-copies.ts'
import { NO_TERMS } from '../../shared/domain/rehydration-terms.ts'
import { NOON } from '../support/builders.ts'

test('what extensions add is what the last one adds, and those before it as far as they were counted', () => {
  const extension = { keepDays: 2, at: NOON, until: NOON + 1, dollars: 3, reservedOn: null }
  const dollarsOf = (one: typeof extension | (typeof extension & { before: number }) | null) =>
    extensionDollars({ terms: { ...NO_TERMS, extension: one } })
  expect(dollarsOf(null)).toBe(0)
  expect(dollarsOf(extension)).toBe(3)
  expect(dollarsOf({ ...extension, before: 4 })).toBe(7)
})
