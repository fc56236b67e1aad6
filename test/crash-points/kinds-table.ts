import { FAULTS, type MetFault } from './faults.ts'
import { type Scenario, titleOf } from './scenario.ts'

export type Played = { readonly scenario: Scenario; readonly met: readonly MetFault[] }

const WIDTH = 48

const row = (name: string, cells: readonly (string | number)[]) =>
  [name.padEnd(WIDTH), ...cells.map((cell) => String(cell).padStart(13))].join('')

const countEach = (met: readonly MetFault[], kind: string): readonly number[] =>
  FAULTS.map((fault) => met.filter((one) => one.fault === fault && one.kind === kind).length)

const kindsIn = (met: readonly MetFault[]) => [...new Set(met.map(({ kind }) => kind))].sort()

type Cell = (count: number) => string | number

/** Which kinds of calls each scenario has, and whether some failed in each of the ways. */
export const kindsTable = (played: readonly Played[]): string => {
  const cell: Cell = (count) => (count > 0 ? 'yes' : 'NO')
  const tables = played.map(({ scenario, met }) => [
    titleOf(scenario),
    ...kindsIn(met).map((kind) => row(`  ${kind}`, countEach(met, kind).map(cell))),
  ])
  return `${[[row('', FAULTS)], ...tables].map((lines) => lines.join('\n')).join('\n\n')}\n`
}

/** How many calls of each kind failed in each of the ways, over all scenarios. */
export const countsTable = (met: readonly MetFault[]): string => {
  const kinds = kindsIn(met)
  const sums = FAULTS.map((fault) => met.filter((one) => one.fault === fault).length)
  return [
    row('', FAULTS),
    ...kinds.map((kind) => row(kind, countEach(met, kind))),
    row(`${kinds.length} kinds, ${met.length} points`, sums),
  ].join('\n')
}
