import { expect, test } from 'vitest'
import {
  indexKey,
  parseIndexKey,
  parseQuarantineKey,
  parseSegmentKey,
  quarantineKey,
  retriedKey,
  segmentKey,
} from '../../shared/domain/keys.ts'

const ulid = '01HRM7VBG00000000000000000'
const name = 'a1'.repeat(32)
const ref = { dataset: 'orders', partition: '2024-03-10' }

test.each(['landing', 'sealed'] as const)(
  'the key of a %s segment names where it belongs, and is read back',
  (kind) => {
    for (const partition of ['2024-03', '2024-03-10', '2024-03-10T12']) {
      const key = segmentKey(kind, { ...ref, partition }, ulid)
      expect(parseSegmentKey(key)).toEqual({ kind, dataset: 'orders', partition, segmentId: ulid })
    }
  },
)

test('the key of an index object is read back, and is no other', () => {
  expect(parseIndexKey(indexKey(ref, ulid))).toEqual({ ...ref, segmentId: ulid })
  expect(parseIndexKey(segmentKey('sealed', ref, ulid))).toBeUndefined()
  expect(parseIndexKey(`${indexKey(ref, ulid)}/x`)).toBeUndefined()
})

test('keys are Hive-style, each kind of object under a prefix of its own', () => {
  expect(segmentKey('sealed', ref, ulid)).toBe(`sealed/dataset=orders/partition=2024-03-10/${ulid}.parquet`)
  expect(indexKey(ref, ulid)).toBe(`index/dataset=orders/partition=2024-03-10/${ulid}.index`)
  expect(quarantineKey('orders', name)).toBe(`quarantine/dataset=orders/${name}.ndjson`)
  expect(retriedKey('orders', name)).toBe(`quarantine/retried/dataset=orders/${name}.json`)
})

test.each([
  '',
  indexKey(ref, ulid),
  `sealed/dataset=orders/partition=2024-03-10/../${ulid}.parquet`,
  `sealed/dataset=Orders/partition=2024-03-10/${ulid}.parquet`,
  `sealed/dataset=orders/partition=2024-03-10/${ulid.toLowerCase()}.parquet`,
  `sealed/dataset=orders/partition=2024-03-10/${ulid}.parquet/x`,
  `/sealed/dataset=orders/partition=2024-03-10/${ulid}.parquet`,
  `sealed/dataset=orders/partition=/${ulid}.parquet`,
])('%j is no key of a segment', (key) => {
  expect(parseSegmentKey(key)).toBeUndefined()
})

test.each(['orders', '_unknown'])('the keys of a unit of quarantine of %s are read back', (dataset) => {
  expect(parseQuarantineKey(quarantineKey(dataset, name))).toEqual({ kind: 'unit', dataset, name })
  expect(parseQuarantineKey(retriedKey(dataset, name))).toEqual({ kind: 'retried', dataset, name })
})

test.each([
  '',
  `quarantine/dataset=_other/${name}.ndjson`,
  `quarantine/dataset=orders/${name}.json`,
  `quarantine/retried/dataset=orders/${name}.ndjson`,
  `quarantine/dataset=orders/${name}x.ndjson`,
  `quarantine/dataset=orders/../${name}.ndjson`,
  `quarantine/dataset=orders/${name.toUpperCase()}.ndjson`,
  `quarantine/dead-letters/queue=records/${name}.json`,
])('%j is no key of quarantine', (key) => {
  expect(parseQuarantineKey(key)).toBeUndefined()
})
