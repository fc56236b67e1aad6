import { type Lines, makeMeter } from '../meter.ts'
import { dollarsFor, PRICES, type PriceTable, priceOf, standardStorageDollars } from '../prices.ts'
import { ALTERNATIVES, type Alternative, billAlternative, monthsOf } from './alternatives.ts'
import { billIcecore } from './bill-icecore.ts'
import type { Period } from './stock.ts'
import { billUnmetered } from './unmetered.ts'
import type { Workload } from './workload.ts'

export const COMPONENTS = [
  'storage',
  'requests',
  'moves',
  'messages',
  'catalog',
  'functions',
  'watching',
] as const
export type Component = (typeof COMPONENTS)[number]

export const WAYS = ['icecore', ...ALTERNATIVES] as const
export type Way = 'icecore' | Alternative

/** US dollars of one month. */
export type MonthCost = Readonly<Record<Component, number>> & { readonly total: number }

export type WayCost = {
  readonly way: Way
  readonly months: readonly MonthCost[]
  /** Of all months. */
  readonly total: number
}

const PREFIXES: readonly (readonly [string, Component])[] = [
  ['s3.storage.', 'storage'],
  ['s3.monitoring.', 'storage'],
  ['s3.transition.', 'moves'],
  ['s3.early-deletion.', 'moves'],
  ['s3.', 'requests'],
  ['sqs.', 'messages'],
  ['dynamodb.', 'catalog'],
  ['lambda.', 'functions'],
]

/** What a line of the price table is paid for. */
export const componentOf = (line: string): Component =>
  PREFIXES.find(([prefix]) => line.startsWith(prefix))?.[1] ?? 'watching'

/** STANDARD by its steps, which count within a month; all else by its rate. */
const dollarsOf = (line: string, quantity: number, table: PriceTable): number =>
  line === 's3.storage.STANDARD'
    ? standardStorageDollars(quantity / priceOf(line, table).per, table.standardSteps)
    : dollarsFor(line, quantity, table)

/** Prices what is billed in one month. Errors: a line that the table has no price for. */
export const priceMonth = (lines: Lines, table: PriceTable = PRICES): MonthCost => {
  const parts = {
    storage: 0,
    requests: 0,
    moves: 0,
    messages: 0,
    catalog: 0,
    functions: 0,
    watching: 0,
  } satisfies Record<Component, number>
  for (const [line, quantity] of makeMeter(lines).lines())
    parts[componentOf(line)] += dollarsOf(line, quantity, table)
  return { ...parts, total: COMPONENTS.reduce((sum, component) => sum + parts[component], 0) }
}

const billWay = (way: Way, workload: Workload, month: Period): Lines =>
  way === 'icecore'
    ? [...billIcecore(workload, month), ...billUnmetered(workload, month)]
    : billAlternative(way, workload, month)

/** What the months of so many years cost, from the first record on, in icecore and in what it is measured against. */
export const costOf = (workload: Workload, years: number, table: PriceTable = PRICES): readonly WayCost[] =>
  WAYS.map((way) => {
    const months = monthsOf(years).map((month) => priceMonth(billWay(way, workload, month), table))
    return { way, months, total: months.reduce((sum, month) => sum + month.total, 0) }
  })
