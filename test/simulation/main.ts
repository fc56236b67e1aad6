import { parseArgs } from 'node:util'
import { CALLS, FAULTS } from './faults.ts'
import { runSeed } from './run-seed.ts'
import { formatTally, makeTally, notMet } from './tally.ts'

const { values } = parseArgs({ options: { seeds: { type: 'string' }, seed: { type: 'string' } } })

const wholeNumber = (name: string, text: string): number => {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw new Error(`--${name}: expected a whole number, got ${JSON.stringify(text)}`)
}

/** Of a failed run; its seed alone shows all of it. */
const LAST_LINES = 60
/** More are only a sign of few seeds. */
const FEW = 20

const first = wholeNumber('seed', values.seed ?? '1')
const count = wholeNumber('seeds', values.seeds ?? (values.seed === undefined ? '50' : '1'))
const seeds = Array.from({ length: count }, (_, index) => first + index)
/** A single seed is one that somebody wants to look into. */
const whole = count === 1

const tally = makeTally()
const started = performance.now()
let failed = 0
let steps = 0
for (const seed of seeds) {
  const run = await runSeed(seed)
  tally.add(run.tally)
  steps += run.steps
  if (whole) console.log(run.trace.join('\n'))
  if (run.violation === undefined) continue
  failed += 1
  if (!whole) console.log(run.trace.slice(-LAST_LINES).join('\n'))
  console.log(`seed ${seed}: ${run.violation.message}\nreplay: npm run simulate -- --seed ${seed}\n`)
}
const seconds = (performance.now() - started) / 1000

console.log(`what happened, by where:\n${formatTally(tally)}`)
const untried = notMet(tally, CALLS, FAULTS).toSorted()
console.log(`faults that no seed met (a thousand seeds meet all): ${untried.length || 'none'}`)
if (untried.length < FEW) for (const fault of untried) console.log(`  ${fault}`)
console.log(
  `${seeds.length} seeds in ${seconds.toFixed(1)} s: ${(seeds.length / seconds).toFixed(1)} seeds a second, ${Math.round(steps / seconds)} calls of ports a second`,
)
console.log(`${seeds.length - failed} passed, ${failed} failed`)
if (failed > 0) process.exitCode = 1
