import { expect, test } from 'vitest'
import { compareCurrency } from '../../shared/domain/current-version.ts'
import { aRecord, NOON } from '../support/builders.ts'

test.each([
  ['a later time', { time: NOON }, { time: NOON + 1 }],
  ['a later arrival without versions', { arrived: NOON }, { arrived: NOON + 1 }],
  ['a version over none', { version: null, arrived: NOON + 1 }, { version: '1' }],
  ['a larger number, by value', { version: '9' }, { version: '10' }],
  ['a number above 2^53', { version: '9007199254740993' }, { version: '9007199254740994' }],
  ['a number with zeros before it', { version: '0009' }, { version: '10' }],
  ['zero over a negative number', { version: '-5' }, { version: '0' }],
  ['the lesser negative number', { version: '-10' }, { version: '-9' }],
  ['a later text', { version: '2024-03-10' }, { version: '2024-03-11' }],
  [
    'a later arrival under versions of equal value',
    { version: '1', arrived: NOON },
    { version: '01', arrived: NOON + 1 },
  ],
])('the current one is that of %s', (_, older, newer) => {
  expect(compareCurrency(aRecord(older), aRecord(newer))).toBeLessThan(0)
  expect(compareCurrency(aRecord(newer), aRecord(older))).toBeGreaterThan(0)
})

test('versions that are partly numbers have one order, however they came', () => {
  const versions = ['9', '10', '1a'].map((version) => aRecord({ version }))
  const orders = [versions, versions.toReversed(), [...versions.slice(1), ...versions.slice(0, 1)]]
  for (const order of orders)
    expect(order.toSorted(compareCurrency).map(({ version }) => version)).toEqual(['9', '10', '1a'])
})
