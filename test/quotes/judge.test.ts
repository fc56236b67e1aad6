import { expect, test } from 'vitest'
import { RESTORED_COPY } from '../../shared/domain/bill-thaws.ts'
import { dollarsFor } from '../../shared/domain/prices.ts'
import { NOON } from '../support/builders.ts'
import { aRange } from '../support/selections.ts'
import { wrongWith } from './judge.ts'
import type { Billed } from './run-quotes.ts'

const COPIES = 1e15
const quoted = dollarsFor(RESTORED_COPY, COPIES)

const aBilled = (parts: Partial<Billed> = {}): Billed => ({
  kind: 'firm',
  tier: 'Bulk',
  quoted,
  atLeast: 0.95 * quoted,
  real: 0.96 * quoted,
  records: 3,
  told: { count: 3, exact: true },
  lines: new Map([[RESTORED_COPY, 0.96 * COPIES]]),
  expected: new Map([[RESTORED_COPY, COPIES]]),
  selection: aRange(NOON, NOON + 1),
  ...parts,
})

test('a quote that has kept its word is not wrong', () => {
  expect(wrongWith(aBilled())).toBeUndefined()
  expect(wrongWith(aBilled({ real: quoted }))).toBeUndefined()
  expect(wrongWith(aBilled({ kind: 'limited', real: 0.4 * quoted }))).toBeUndefined()
  expect(wrongWith(aBilled({ told: { count: 5, exact: false } }))).toBeUndefined()
})

/** Of its two files one was not put, because there was nothing for it. */
const aLackingFile = (parts: Partial<Billed> = {}): Billed => {
  const put = dollarsFor('s3.put.STANDARD', 1)
  const files = (count: number) => [['s3.put.STANDARD', count]] as const
  const one = { quoted: 2 * put, atLeast: 2 * put, real: put }
  return aBilled({ ...one, lines: new Map(files(1)), expected: new Map(files(2)), ...parts })
}

test('a file that is not put is known beforehand only where it is known how many records there are', () => {
  expect(wrongWith(aLackingFile({ told: { count: 3, exact: false } }))).toBeUndefined()
  expect(wrongWith(aLackingFile())).toContain('firm')
  const less = { real: 0.7 * dollarsFor('s3.put.STANDARD', 1) }
  expect(wrongWith(aLackingFile({ ...less, told: { count: 3, exact: false } }))).toContain('firm')
})

test.each<[string, Partial<Billed>]>([
  ['more is billed than was quoted', { real: 1.0001 * quoted }],
  ['far less is billed than was quoted', { real: 0.89 * quoted }],
  ['nothing is billed', { kind: 'filtered', real: 0 }],
  ['what is billed is no number', { real: Number.NaN }],
  ['what is billed with a filter is no number', { kind: 'filtered', real: Number.NaN }],
  ['what was quoted is no number', { quoted: Number.NaN }],
  ['nothing was quoted', { quoted: 0, real: 0 }],
  ['it costs at least more than at most', { atLeast: 1.01 * quoted }],
  ['it costs at least no number', { atLeast: Number.NaN }],
  ['copies are there for shorter than the least that was told', { atLeast: 0.97 * quoted }],
  ['copies are there for no number of byte hours', { lines: new Map([[RESTORED_COPY, Number.NaN]]) }],
  ['another number of records is delivered than is known', { records: 4 }],
])('a quote is wrong where %s', (_, parts) => {
  expect(wrongWith(aBilled(parts))).toContain(parts.kind ?? 'firm')
})
