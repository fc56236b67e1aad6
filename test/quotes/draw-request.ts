import type { Filter } from '../../shared/domain/filter.ts'
import type { ArchiveRecord } from '../../shared/domain/record.ts'
import {
  COMPRESSIONS,
  type Compression,
  type DeliveryFormat,
  type Selection,
} from '../../shared/domain/rehydration.ts'
import type { QuotedRequest } from '../../shared/domain/stored-quote.ts'
import { NOON } from '../support/builders.ts'
import { aRange, someIds } from '../support/selections.ts'
import { CUSTOMERS } from './an-archive.ts'

const DAY = 86_400_000
const MIDNIGHT = NOON - DAY / 2

export type Draw = () => number

const below = (draw: Draw, count: number): number => Math.floor(draw() * count)
const pick = <Item>(draw: Draw, items: readonly Item[]): Item => {
  const item = items[below(draw, items.length)]
  if (item === undefined) throw new Error('nothing to pick from')
  return item
}

/** Whole days, a part of one, or from somewhere in one day to somewhere in another. */
const drawRange = (draw: Draw, days: number) => {
  const first = below(draw, days)
  const from = MIDNIGHT - first * DAY
  const kind = below(draw, 4)
  if (kind === 0) return { from: from + below(draw, DAY / 2), to: from + DAY / 2 + below(draw, DAY / 2) + 1 }
  const length = DAY * (1 + below(draw, kind === 1 ? 6 : 2))
  return kind === 3
    ? { from: from + below(draw, DAY), to: from + DAY + below(draw, length) + 1 }
    : { from, to: from + length }
}

const drawFilter = (draw: Draw): Filter => {
  const customer = { field: 'customer', eq: pick(draw, CUSTOMERS) }
  const amount = { field: 'amount', gte: below(draw, 1000) }
  return pick<Filter>(draw, [
    customer,
    amount,
    { and: [customer, amount] },
    { or: [customer, { field: 'amount', lt: 100 }] },
    { field: 'id', prefix: `o-00${below(draw, 10)}` },
    { field: '/customer', eq: pick(draw, CUSTOMERS) },
  ])
}

const drawIds = (draw: Draw, records: readonly ArchiveRecord[], isTimed: boolean): Selection => {
  const ids = Array.from({ length: 1 + below(draw, isTimed ? 6 : 2) }, () => {
    const { id, time } = pick(draw, records)
    return { id, time: isTimed ? time : null }
  })
  return someIds(draw() < 0.2 ? [...ids, { id: 'nobody', time: ids[0]?.time ?? null }] : ids)
}

/** What is wanted of the archive, at random. */
export const drawSelection = (draw: Draw, records: readonly ArchiveRecord[], days: number): Selection => {
  const kind = draw()
  if (kind < 0.3) return drawIds(draw, records, true)
  if (kind < 0.35) return drawIds(draw, records, false)
  const { from, to } = drawRange(draw, days)
  if (kind < 0.75) return aRange(from, to)
  if (kind < 0.95) return aRange(from, to, { where: drawFilter(draw) })
  return aRange(from, to, { limit: 1 + below(draw, 200) })
}

/** How it is to be delivered. */
export const drawForm = (draw: Draw): Omit<QuotedRequest, 'dataset' | 'selection'> => {
  const format: DeliveryFormat = draw() < 0.75 ? 'ndjson' : 'parquet'
  const compression: Compression = format === 'parquet' ? 'none' : pick(draw, COMPRESSIONS)
  const keepDays = draw() < 0.5 ? null : 1 + below(draw, 5)
  return { destination: 'analysts', format, compression, columns: null, keepDays }
}
