import { DAY } from '../../shared/domain/duration.ts'
import type { Filter } from '../../shared/domain/filter.ts'
import { partitionOf } from '../../shared/domain/partition.ts'
import { makeSelector } from '../../shared/domain/plan-selection.ts'
import type { Selection } from '../../shared/domain/rehydration.ts'
import { aRange, someIds } from '../support/selections.ts'
import type { Draw } from './draw.ts'
import { START } from './settings.ts'

/** What of a record decides whether it is wanted. */
export type Wanted = { readonly id: string; readonly time: number; readonly body: string }

const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** The order that a limit goes by: partition, then id, then time, then body. */
export const inOrder = (a: Wanted, b: Wanted): number =>
  compareText(partitionOf(a.time, 'day'), partitionOf(b.time, 'day')) ||
  compareText(a.id, b.id) ||
  a.time - b.time ||
  compareText(a.body, b.body)

/** What a customer asks for, and how it tells by itself whether it got that. */
export type Wish = {
  readonly selection: Selection
  isWanted(record: Wanted): boolean
}

/** The number `n` of a text, which every record has: of a row of CSV it is the last column. */
const numberOf = (body: string): number =>
  Number(body.startsWith('{') ? JSON.parse(body).n : body.split(',').at(-1))

type Condition = { readonly where: Filter; readonly holds: (record: Wanted) => boolean }

/** Each with what it means, worked out in another way than icecore does. */
const CONDITIONS: readonly ((n: number, at: number) => Condition)[] = [
  (n) => ({ where: { field: '/n', eq: n }, holds: ({ body }) => numberOf(body) === n }),
  (n) => ({ where: { field: '/n', gte: n }, holds: ({ body }) => numberOf(body) >= n }),
  (n) => ({ where: { not: { field: '/n', eq: n } }, holds: ({ body }) => numberOf(body) !== n }),
  (n) => ({
    where: { field: 'id', in: ['r-0', `r-${n}`] },
    holds: ({ id }) => id === 'r-0' || id === `r-${n}`,
  }),
  (n) => ({
    where: {
      or: [
        { field: 'id', prefix: `r-${n}` },
        { field: '/n', lt: n },
      ],
    },
    holds: ({ id, body }) => id.startsWith(`r-${n}`) || numberOf(body) < n,
  }),
  (n, at) => ({
    where: {
      and: [
        { field: 'time', gte: at },
        { field: '/n', lte: n },
      ],
    },
    holds: ({ time, body }) => time >= at && numberOf(body) <= n,
  }),
]

type Around = {
  readonly now: number
  /** How far apart things happen. */
  readonly unit: number
  /** All that there is. */
  readonly greedy: boolean
  /** Of what is archived; undefined: there is nothing. */
  readonly one: { readonly id: string; readonly time: number } | undefined
}

const unnarrowed = (draw: Draw, { now, unit, greedy, one }: Around, isLimited: boolean): Selection => {
  // a limit that one partition holds says nothing of the next
  if (greedy || isLimited) return aRange(START - 9 * DAY, now + DAY)
  const from = now - draw.below(8) * unit
  if (one === undefined || draw.chance(0.5)) return aRange(from, from + (1 + draw.below(4)) * unit)
  return someIds([{ id: one.id, time: draw.chance(0.5) ? one.time : null }])
}

/** A range or ids, sometimes narrowed by a filter or a limit. */
export const aWish = (draw: Draw, around: Around): Wish => {
  const limit = draw.chance(0.25) ? 1 + draw.below(3) : null
  const selected = unnarrowed(draw, around, limit !== null)
  const make = draw.chance(0.25) ? draw.pick(CONDITIONS) : undefined
  const condition = make?.(draw.below(3), around.one?.time ?? around.now)
  const selection: Selection = { ...selected, where: condition?.where ?? null, limit }
  const select = makeSelector(selection)
  return {
    selection,
    isWanted: (record) => select(record) !== undefined && condition?.holds(record) !== false,
  }
}

/** One record by its id. */
export const wishForOne = (selector: { readonly id: string; readonly time: number | null }): Wish => ({
  selection: someIds([selector]),
  isWanted: ({ id, time }) => id === selector.id && (selector.time === null || time === selector.time),
})
