import { expect, test } from 'vitest'
import { digestTexts } from '../../shared/codec/digest.ts'
import {
  MAX_HEADER_BYTES,
  packQuarantine,
  readQuarantineHeader,
  readQuarantineItems,
} from '../../shared/codec/quarantine-object.ts'
import type { QuarantinedItem, QuarantineUnit } from '../../shared/ports/quarantine.ts'

const anItem = (text: string, reason = 'malformed-json'): QuarantinedItem => ({
  dataset: 'orders',
  reason,
  detail: 'body: expected a JSON document',
  text,
  encoding: 'utf8',
  header: null,
  source: 'message m-1',
})

const unit: QuarantineUnit = {
  dataset: 'orders',
  unit: 'message m-1',
  items: [anItem('{', 'missing-id'), anItem('\n'), anItem('[')],
  digest: digestTexts(['{', '\n', '[']),
  at: 1,
}

test('an object is a line that says what it is, and a line an item', () => {
  const { data } = packQuarantine(unit)
  const [header, first, ...others] = Buffer.from(data).toString().trimEnd().split('\n')
  expect(JSON.parse(header ?? '')).toEqual({
    icecore: 'quarantine',
    format: 1,
    dataset: 'orders',
    unit: 'message m-1',
    items: 3,
    reasons: { 'malformed-json': 2, 'missing-id': 1 },
    digest: expect.stringMatching(/^3:[0-9a-f]+:[0-9a-f]+$/),
  })
  expect(JSON.parse(first ?? '')).toEqual(unit.items[0])
  expect(others).toHaveLength(2)
})

test('the same unit at another time is the same object, and the least difference another', () => {
  const { facts } = packQuarantine(unit)
  expect(packQuarantine({ ...unit, at: 2 }).facts).toEqual({ ...facts, at: 2 })
  const others = [
    { ...unit, unit: 'message m-2' },
    { ...unit, dataset: 'tickets' },
    { ...unit, items: unit.items.toReversed() },
  ]
  const names = new Set(
    [facts, ...others.map((other) => packQuarantine(other).facts)].map(({ name }) => name),
  )
  expect(names.size).toBe(4)
})

test('its beginning is enough to know it, however much follows', () => {
  const items = Array.from({ length: 10_000 }, (_, at) => anItem(`${at}`))
  const { data, facts } = packQuarantine({ ...unit, items })
  expect(data.byteLength).toBeGreaterThan(MAX_HEADER_BYTES)
  const { at, name, retriedAt, ...header } = facts
  expect(readQuarantineHeader(Buffer.from(data.subarray(0, MAX_HEADER_BYTES)))).toEqual(header)
})

test('items come back as they went in; a unit of none has none', () => {
  const { data, facts } = packQuarantine(unit)
  expect(readQuarantineItems(Buffer.from(data), facts.name)).toEqual(unit.items)
  const empty = packQuarantine({ ...unit, items: [] })
  expect(readQuarantineItems(Buffer.from(empty.data), empty.facts.name)).toEqual([])
})

test('[F7] every flipped byte and every cut is found', () => {
  const { data, facts } = packQuarantine(unit)
  for (let at = 0; at < data.byteLength; at += 1) {
    const flipped = Buffer.from(data)
    flipped[at] = (flipped[at] ?? 0) ^ 0xff
    expect(() => readQuarantineItems(flipped, facts.name)).toThrow('SHA-256')
    expect(() => readQuarantineItems(Buffer.from(data.subarray(0, at)), facts.name)).toThrow('SHA-256')
  }
})

test('[F19] another format is refused, and so is half a header', () => {
  const { data } = packQuarantine(unit)
  const later = Buffer.from(Buffer.from(data).toString().replace('"format":1', '"format":2'))
  expect(() => readQuarantineHeader(later)).toThrow()
  expect(() => readQuarantineHeader(Buffer.from(data.subarray(0, 20)))).toThrow('a whole line')
})
