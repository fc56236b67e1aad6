import { parseArgs } from 'node:util'
import { tell, wrongWith } from './judge.ts'
import { type Billed, runQuotes } from './run-quotes.ts'

const { values } = parseArgs({ options: { times: { type: 'string' }, seed: { type: 'string' } } })

const wholeNumber = (name: string, text: string): number => {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw new Error(`--${name}: expected a whole number, got ${JSON.stringify(text)}`)
}

const times = wholeNumber('times', values.times ?? '1000')
const seed = wholeNumber('seed', values.seed ?? '1')

const all: Billed[] = []
let wrong = 0
const started = process.cpuUsage()
for await (const billed of runQuotes({ seed, times })) {
  all.push(billed)
  if (all.length % 50 === 0) console.log(`${all.length} of ${times}`)
  const found = wrongWith(billed)
  if (found === undefined) continue
  wrong += 1
  console.log(found)
}

const shareOf = ({ real, quoted }: Billed) => real / quoted

/** Of each kind so many are told whole, line by line. */
const MOST_TOLD = 3

for (const kind of ['firm', 'filtered', 'limited'] as const) {
  const sorted = all.filter((one) => one.kind === kind).toSorted((a, b) => shareOf(a) - shareOf(b))
  const at = (share: number) => {
    const one = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]
    return one && shareOf(one).toFixed(3)
  }
  console.log(
    `${kind}: ${sorted.length} rehydrations, of each quote billed: least ${at(0)}, 5 % ${at(0.05)}, half ${at(0.5)}, most ${at(1)}`,
  )
  for (const one of sorted.slice(0, MOST_TOLD)) console.log(tell(one))
}
const { user, system } = process.cpuUsage(started)
console.log(
  `${wrong} of ${times} quotes were wrong; ${((user + system) / 1e6).toFixed(0)} s of processor time`,
)
if (wrong > 0) process.exitCode = 1
