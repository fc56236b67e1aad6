import { parseArgs } from 'node:util'
import { runSeed } from './run-seed.ts'
import { formatTally, makeTally } from './tally.ts'

const { values } = parseArgs({ options: { seeds: { type: 'string' }, seed: { type: 'string' } } })

const wholeNumber = (name: string, text: string): number => {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw new Error(`--${name}: expected a whole number, got ${JSON.stringify(text)}`)
}

/** Of a failed run; `--seed` shows all of it. */
const LAST_LINES = 60

const only = values.seed === undefined ? undefined : wholeNumber('seed', values.seed)
const seeds =
  only === undefined
    ? Array.from({ length: wholeNumber('seeds', values.seeds ?? '50') }, (_, index) => index + 1)
    : [only]

const tally = makeTally()
const started = performance.now()
let failed = 0
let steps = 0
for (const seed of seeds) {
  const run = await runSeed(seed)
  tally.add(run.tally)
  steps += run.steps
  if (only !== undefined) console.log(run.trace.join('\n'))
  if (run.violation === undefined) continue
  failed += 1
  if (only === undefined) console.log(run.trace.slice(-LAST_LINES).join('\n'))
  console.log(`seed ${seed}: ${run.violation.message}\nreplay: npm run simulate -- --seed ${seed}\n`)
}
const seconds = (performance.now() - started) / 1000

console.log(`what happened, by where:\n${formatTally(tally)}`)
console.log(
  `${seeds.length} seeds in ${seconds.toFixed(1)} s: ${(seeds.length / seconds).toFixed(1)} seeds a second, ${Math.round(steps / seconds)} calls of ports a second`,
)
console.log(`${seeds.length - failed} passed, ${failed} failed`)
if (failed > 0) process.exitCode = 1
