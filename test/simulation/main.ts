import { parseArgs } from 'node:util'
import { drawHistory, type History } from './history.ts'
import { makeProgress } from './progress.ts'
import { formatTally, formatViolation, notTried } from './report.ts'
import { type Run, runHistory } from './run-history.ts'
import { shrink } from './shrink.ts'
import { makeTally } from './tally.ts'

const { values } = parseArgs({
  options: { seeds: { type: 'string' }, seed: { type: 'string' }, years: { type: 'string' } },
})

const wholeNumber = (name: string, text: string): number => {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw new Error(`--${name}: expected a whole number, got ${JSON.stringify(text)}`)
}

/** More would hide the first. */
const MOST_VIOLATIONS = 5

const first = wholeNumber('seed', values.seed ?? '1')
const count = wholeNumber('seeds', values.seeds ?? (values.seed === undefined ? '2000' : '1'))
const years = wholeNumber('years', values.years ?? '0')
/** A single seed is one that somebody wants to look into. */
const whole = count === 1

/** Thousands of errors are thrown on purpose, and nobody reads where. */
if (!whole) Error.stackTraceLimit = 0

const run = async (history: History): Promise<Run> => {
  try {
    return await runHistory(history, { traced: whole })
  } catch (error) {
    throw new Error(`seed ${history.seed}: ${String(error)}`, { cause: error })
  }
}

const tally = makeTally()
const progress = makeProgress(process.stderr, count)
const [started, cpu, own] = [performance.now(), process.cpuUsage(), process.threadCpuUsage()]
let failed = 0
let steps = 0
let done = 0
for (let seed = first; seed < first + count && failed < MOST_VIOLATIONS; seed += 1) {
  const history = drawHistory(seed, years)
  const ended = await run(history)
  done += 1
  progress.done(done)
  tally.add(ended.tally)
  steps += ended.steps
  if (whole) console.log(ended.trace.join('\n'))
  if (ended.violation === undefined) continue
  failed += 1
  progress.clear()
  console.log(`${formatViolation(history, ended, await shrink(history, ended))}\n`)
}
progress.clear()
const wall = (performance.now() - started) / 1000
/** Seeds a second of processor time. */
const rate = ({ user, system }: NodeJS.CpuUsage) => ((done / (user + system)) * 1e6).toFixed(1)
const rates = {
  thread: rate(process.threadCpuUsage(own)),
  // its compilers and collectors run beside it
  runtime: rate(process.cpuUsage(cpu)),
}

console.log(`what happened while the faults were on:\n${formatTally(tally)}`)
const missing = notTried(tally, done)
if (missing.length > 0) console.log(`never happened, and should have:\n  ${missing.join('\n  ')}`)
console.log(
  `${done} seeds of ${Math.round(steps / done)} steps each, on one thread: ${rates.thread} a second of its processor time, ${rates.runtime} with that of the whole runtime; ${(done / wall).toFixed(1)} a second as they went`,
)
console.log(`${done - failed} passed, ${failed} failed`)
if (failed > 0 || missing.length > 0) process.exitCode = 1
