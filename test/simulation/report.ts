import { FAULTS } from './faults.ts'
import type { History } from './history.ts'
import { PORTS } from './ports.ts'
import type { Run } from './run-history.ts'
import type { Shrunk } from './shrink.ts'
import { CALLS, type Tally } from './tally.ts'

/** Expected so often, a thing that never happened cannot happen: that is a matter of one in 10^8. */
const EXPECTED = 18
/** From so many seeds on every kind of call is made. */
const SEEDS_FOR_CALLS = 500
/** From so many seeds on every kind of call meets every fault, however rarely it is made. */
const SEEDS_FOR_FAULTS = 50_000

const countOf = (tally: Tally, where: string, what: string) =>
  tally.counts().get(where)?.get(what)?.count ?? 0

/** What should have happened in so many seeds and did not, by name: then the run has not tried what it claims to. */
export const notTried = (tally: Tally, seeds: number): readonly string[] => {
  const missing: string[] = []
  for (const [where, counts] of tally.counts())
    for (const [what, { count, expected }] of counts)
      if (count === 0 && expected >= EXPECTED) missing.push(`${where}: ${what}`)
  for (const port of PORTS) {
    if (seeds >= SEEDS_FOR_CALLS && countOf(tally, port, CALLS) === 0) missing.push(`${port}: not called`)
    if (seeds >= SEEDS_FOR_FAULTS)
      for (const fault of FAULTS) if (countOf(tally, port, fault) === 0) missing.push(`${port}: ${fault}`)
  }
  return [...new Set(missing)].sort()
}

const COLUMNS = [CALLS, ...FAULTS, 'timed out'] as const

/** A line for each kind of call with how often each fault happened at it, and then whatever else was counted. */
export const formatTally = (tally: Tally): string => {
  const ports = [...tally.counts()].filter(([, counts]) => counts.has(CALLS)).map(([where]) => where)
  const line = (first: string, cells: readonly (string | number)[]) =>
    `  ${first.padEnd(26)}${cells.map((cell) => String(cell).padStart(13)).join('')}`
  const others = [...tally.counts()]
    .filter(([where]) => !ports.includes(where))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
  return [
    line('call of a port', COLUMNS),
    ...ports.sort().map((port) =>
      line(
        port,
        COLUMNS.map((what) => countOf(tally, port, what)),
      ),
    ),
    ...others.map(([where, counts]) => {
      const each = [...counts].map(([what, { count }]) => `${what} ${count}`).sort()
      return `  ${where.padEnd(26)} ${each.join(', ')}`
    }),
  ].join('\n')
}

const indent = (lines: readonly string[]) => lines.map((line) => `  ${line}`)

/** A violation: its seed, the smallest trace that shows it, and what was stored at that moment. */
export const formatViolation = (
  history: History,
  found: Run,
  { history: small, run, runs }: Shrunk,
): string =>
  [
    `seed ${history.seed} breaks a promise. ${found.violation?.message}`,
    `smallest trace: ${small.actions.length} of ${history.actions.length} actions, ${run.troubles.length} of ${found.troubles.length} faults; ${runs} runs to find it`,
    ...indent(run.trace),
    `then: ${run.violation?.message}`,
    'state:',
    ...indent(run.state),
    `replay: npm run simulate -- --seed ${history.seed}${history.years === 0 ? '' : ` --years ${history.years}`}`,
  ].join('\n')
