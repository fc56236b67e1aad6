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

for (const kind of ['firm', 'filtered', 'limited'] as const) {
  const shares = all
    .filter((one) => one.kind === kind)
    .map(shareOf)
    .toSorted((a, b) => a - b)
  const at = (share: number) =>
    shares[Math.min(shares.length - 1, Math.floor(share * shares.length))]?.toFixed(3)
  console.log(
    `${kind}: ${shares.length} rehydrations, of each quote billed: least ${at(0)}, 5 % ${at(0.05)}, half ${at(0.5)}, most ${at(1)}`,
  )
}
const [least] = all.filter(({ kind }) => kind === 'firm').toSorted((a, b) => shareOf(a) - shareOf(b))
if (least !== undefined) console.log(`the least of the firm ones: ${tell(least)}`)
const { user, system } = process.cpuUsage(started)
console.log(
  `${wrong} of ${times} quotes were wrong; ${((user + system) / 1e6).toFixed(0)} s of processor time`,
)
if (wrong > 0) process.exitCode = 1
