import { describe, expect, test } from 'vitest'
import type { PromotedColumn } from '../../shared/domain/dataset.ts'
import type { Filter } from '../../shared/domain/filter.ts'
import type { DeliveryFormat } from '../../shared/domain/rehydration.ts'
import { promotedToRead } from '../../shared/use-cases/promoted-to-read.ts'
import { aDataset, aRecord, NOON } from '../support/builders.ts'
import { aRequest, aWorld } from '../support/rehydration-world.ts'
import { aRange } from '../support/selections.ts'

const PROMOTED: readonly PromotedColumn[] = [
  { name: 'country', path: ['country'], type: 'string' },
  { name: 'cents', path: ['cents'], type: 'integer' },
  { name: 'paid', path: ['paid'], type: 'boolean' },
]
const DEAR: Filter = { field: 'cents', gte: 5000 }

const read = (
  format: DeliveryFormat,
  columns: readonly string[] | null,
  where: Filter | null = null,
): readonly string[] => {
  const selection = aRange(NOON, NOON + 1, { where })
  return promotedToRead(aRequest({ format, columns, selection }), PROMOTED).map(({ name }) => name)
}

describe('the promoted columns that are read for a file', () => {
  test('are none for records as they were sent', () => {
    expect(read('ndjson', null)).toEqual([])
  })

  test('are all where a format has all of them by itself', () => {
    expect(read('csv', null)).toEqual(['country', 'cents', 'paid'])
    expect(read('parquet', null)).toEqual(['country', 'cents', 'paid'])
  })

  test('are those asked for, in the order of the dataset', () => {
    for (const format of ['ndjson', 'csv', 'parquet'] as const)
      expect(read(format, ['paid', 'id', 'country'])).toEqual(['country', 'paid'])
  })

  test('are those of the filter, however deep, besides', () => {
    expect(read('ndjson', null, { not: { or: [DEAR, { field: '/country', eq: 'CH' }] } })).toEqual(['cents'])
    expect(read('ndjson', ['paid'], DEAR)).toEqual(['cents', 'paid'])
  })
})

describe('a rehydration that reads no more columns than it needs', () => {
  const dataset = aDataset({ promoted: PROMOTED })
  const ORDERS = [
    aRecord({ id: 'o-1', body: '{"id":"o-1","paid":true}', promoted: ['CH', 4999, true] }),
    aRecord({ id: 'o-2', body: '{"id":"o-2","paid":false}', promoted: ['AT', 5000, false] }),
    aRecord({ id: 'o-3', body: '{"id":"o-3","paid":true}', promoted: ['CH', 5001, true] }),
  ]

  const deliver = async (columns: readonly string[] | null) => {
    const world = aWorld({ dataset })
    await world.land(ORDERS)
    const day = 86_400_000
    const id = await world.ask({ columns, selection: aRange(NOON - day, NOON + day, { where: DEAR }) })
    await world.drain()
    return String(world.file(`${id}/2024-03-10.ndjson`))
  }

  test('still filters by a column that its file has not', async () => {
    expect(await deliver(null)).toBe(`${ORDERS[1]?.body}\n${ORDERS[2]?.body}\n`)
  })

  test('has the values of each column under its own name', async () => {
    expect(await deliver(['paid', 'id'])).toBe('{"paid":false,"id":"o-2"}\n{"paid":true,"id":"o-3"}\n')
  })
})
