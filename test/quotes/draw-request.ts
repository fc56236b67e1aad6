import { DAY } from '../../shared/domain/duration.ts'
import type { Filter } from '../../shared/domain/filter.ts'
import type { ArchiveRecord } from '../../shared/domain/record.ts'
import {
  COMPRESSIONS,
  type Compression,
  type DeliveryFormat,
  type Selection,
} from '../../shared/domain/rehydration.ts'
import type { QuotedRequest } from '../../shared/domain/stored-quote.ts'
import type { Draw } from '../simulation/draw.ts'
import { MIDNIGHT } from '../support/builders.ts'
import { aRange, someIds } from '../support/selections.ts'
import { CUSTOMERS } from './an-archive.ts'

/** One of some. */
export const pick = <Item>(draw: Draw, items: readonly Item[]): Item => {
  const item = draw.pick(items)
  if (item === undefined) throw new Error('nothing to pick from')
  return item
}

/** Whole days, a part of one, or from somewhere in one day to somewhere in another. */
const drawRange = (draw: Draw, days: number) => {
  const first = draw.below(days)
  const from = MIDNIGHT - first * DAY
  const kind = draw.below(4)
  if (kind === 0) return { from: from + draw.below(DAY / 2), to: from + DAY / 2 + draw.below(DAY / 2) + 1 }
  const length = DAY * (1 + draw.below(kind === 1 ? 6 : 2))
  return kind === 3
    ? { from: from + draw.below(DAY), to: from + DAY + draw.below(length) + 1 }
    : { from, to: from + length }
}

const drawFilter = (draw: Draw): Filter => {
  const customer = { field: 'customer', eq: pick(draw, CUSTOMERS) }
  const amount = { field: 'amount', gte: draw.below(1000) }
  return pick<Filter>(draw, [
    customer,
    amount,
    { and: [customer, amount] },
    { or: [customer, { field: 'amount', lt: 100 }] },
    { field: 'id', prefix: `o-00${draw.below(10)}` },
    { field: '/customer', eq: pick(draw, CUSTOMERS) },
  ])
}

const drawIds = (draw: Draw, records: readonly ArchiveRecord[], isTimed: boolean): Selection => {
  const ids = Array.from({ length: 1 + draw.below(isTimed ? 6 : 2) }, () => {
    const { id, time } = pick(draw, records)
    return { id, time: isTimed ? time : null }
  })
  return someIds(draw.chance(0.2) ? [...ids, { id: 'nobody', time: ids[0]?.time ?? null }] : ids)
}

/** What is wanted of the archive, at random. */
export const drawSelection = (draw: Draw, records: readonly ArchiveRecord[], days: number): Selection => {
  const kind = draw.next()
  if (kind < 0.3) return drawIds(draw, records, true)
  if (kind < 0.35) return drawIds(draw, records, false)
  const { from, to } = drawRange(draw, days)
  if (kind < 0.75) return aRange(from, to)
  if (kind < 0.95) return aRange(from, to, { where: drawFilter(draw) })
  return aRange(from, to, { limit: 1 + draw.below(200) })
}

/** How it is to be delivered. */
export const drawForm = (draw: Draw): Omit<QuotedRequest, 'dataset' | 'selection'> => {
  const format: DeliveryFormat = draw.chance(0.75) ? 'ndjson' : 'parquet'
  const compression: Compression = format === 'parquet' ? 'none' : pick(draw, COMPRESSIONS)
  const keepDays = draw.chance(0.5) ? null : 1 + draw.below(5)
  return { destination: 'analysts', format, compression, columns: null, keepDays }
}
