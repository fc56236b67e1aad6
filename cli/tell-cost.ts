import { COMPONENTS, type WayCost } from '../shared/domain/cost/cost-model.ts'
import type { RehydrationCost } from '../shared/domain/cost/rehydration-cost.ts'
import type { PriceTable } from '../shared/domain/prices.ts'
import { formatAge, formatTable } from './text.ts'

/** Dollars with two digits behind the point, and the small ones with two digits that say something. */
export const formatSmallDollars = (dollars: number): string => {
  if (dollars === 0) return '0'
  if (dollars >= 0.01)
    return dollars.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })
  return dollars < 1e-6 ? dollars.toExponential(1) : dollars.toPrecision(2)
}

const MONTHS_A_YEAR = 12

const componentTable = (ways: readonly WayCost[]): string =>
  formatTable(
    ['', ...COMPONENTS.map((component) => component.toUpperCase()), 'TOTAL'],
    ways.map(({ way, months }) => {
      const last = months.at(-1)
      const parts = COMPONENTS.map((component) => formatSmallDollars(last?.[component] ?? 0))
      return [way, ...parts, formatSmallDollars(last?.total ?? 0)]
    }),
  )

const timeTable = (ways: readonly WayCost[], years: number): string => {
  const marks = [...new Set([1, ...Array.from({ length: years }, (_, year) => (year + 1) * MONTHS_A_YEAR)])]
  return formatTable(
    ['', ...marks.map((month) => `MONTH ${month}`), 'ALL'],
    ways.map(({ way, months, total }) => [
      way,
      ...marks.map((month) => formatSmallDollars(months[month - 1]?.total ?? 0)),
      formatSmallDollars(total),
    ]),
  )
}

const rehydrationTable = (rows: readonly RehydrationCost[]): string =>
  formatTable(
    ['TO HAVE BACK', 'FROM', 'TIER', 'DOLLARS', 'WITHIN'],
    rows.map(({ asked, way, tier, dollars, within }) => [
      asked,
      way,
      tier ?? '-',
      formatSmallDollars(dollars),
      within === 0 ? 'at once' : formatAge(within),
    ]),
  )

/** What the ways cost, for a reader. */
export const tellCost = (
  ways: readonly WayCost[],
  rehydrations: readonly RehydrationCost[],
  years: number,
  { region, date }: PriceTable,
): string =>
  [
    `US dollars of the last month, by what they are for (list prices of ${region}, ${date}):`,
    componentTable(ways),
    'US dollars a month, and all months together:',
    timeTable(ways, years),
    'Once records have come to the last class:',
    rehydrationTable(rehydrations),
  ].join('\n\n')
