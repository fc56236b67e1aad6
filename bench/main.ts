import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import * as z from 'zod'
import { CASES } from './cases/cases.ts'
import type { Case, Run } from './support/case.ts'

const HELP = `npm run bench -- [options]

  --only NAME      one case: ${CASES.map(({ name }) => name).join(', ')}
  --megabytes N    size of the input where a case has one; 200 unless given
  --rounds N       rounds, the contenders taking turns; 3 unless given
  --quick          50 MB and one round
  --json           one JSON object on standard output
`

const runSchema = z.object({
  seconds: z.number(),
  cpuSeconds: z.number(),
  peakMegabytes: z.number(),
  megabytes: z.number(),
})

const RUNNER = join(import.meta.dirname, 'support/run-contender.ts')

const runContender = (name: string, contender: string, folder: string): Run =>
  runSchema.parse(
    JSON.parse(execFileSync(process.execPath, [RUNNER, name, contender, folder], { encoding: 'utf8' })),
  )

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

const measure = async (one: Case, options: { megabytes: number; rounds: number }) => {
  const folder = mkdtempSync(join(tmpdir(), 'icecore-bench-'))
  try {
    await one.prepare(folder, options)
    const names = Object.keys(one.contenders)
    const runs = Array.from({ length: options.rounds }, () =>
      names.map((name) => ({ name, run: runContender(one.name, name, folder) })),
    ).flat()
    const contenders = names.map((name) => {
      const own = runs.filter((each) => each.name === name).map(({ run }) => run)
      return {
        name,
        seconds: median(own.map(({ seconds }) => seconds)),
        spread:
          Math.max(...own.map(({ seconds }) => seconds)) / Math.min(...own.map(({ seconds }) => seconds)),
        cpuSeconds: median(own.map(({ cpuSeconds }) => cpuSeconds)),
        megabytesPerSecond: median(own.map(({ megabytes, seconds }) => megabytes / seconds)),
        peakMegabytes: Math.max(...own.map(({ peakMegabytes }) => peakMegabytes)),
      }
    })
    const [own, peer] = contenders
    const ratio = own === undefined || peer === undefined ? null : peer.seconds / own.seconds
    const goalMet = one.goal === null || ratio === null ? null : ratio >= one.goal
    return { name: one.name, what: one.what, ratio, goal: one.goal, goalMet, contenders }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const readOptions = () => {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      megabytes: { type: 'string', default: '' },
      rounds: { type: 'string', default: '' },
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  const { only, quick, json, help } = values
  const wholeNumber = (name: string, text: string, otherwise: number): number => {
    if (text === '') return otherwise
    if (/^[1-9]\d{0,5}$/.test(text)) return Number(text)
    throw new Error(`--${name}: expected a whole number above 0, got ${JSON.stringify(text)}`)
  }
  const cases = CASES.filter(({ name }) => only === undefined || name === only)
  if (cases.length === 0) throw new Error(`--only: there is no case ${JSON.stringify(only)}`)
  const megabytes = wholeNumber('megabytes', values.megabytes, quick ? 50 : 200)
  return { cases, json, help, megabytes, rounds: wholeNumber('rounds', values.rounds, quick ? 1 : 3) }
}

type Result = Awaited<ReturnType<typeof measure>>

const show = ({ name, what, contenders, ratio, goal, goalMet }: Result) => {
  process.stdout.write(`\n${name}: ${what}\n`)
  const rounded = (figures: Record<string, number>) =>
    Object.fromEntries(Object.entries(figures).map(([key, value]) => [key, Number(value.toFixed(2))]))
  console.table(Object.fromEntries(contenders.map(({ name: who, ...figures }) => [who, rounded(figures)])))
  if (ratio === null) return
  const verdict = goalMet ? 'met' : 'not met'
  process.stdout.write(`${ratio.toFixed(2)} times the peer's speed; the goal is ${goal}: ${verdict}\n`)
}

const main = async (): Promise<number> => {
  let options: ReturnType<typeof readOptions>
  try {
    options = readOptions()
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`)
    return 2
  }
  const { cases, json, help, megabytes, rounds } = options
  if (help) {
    process.stdout.write(HELP)
    return 0
  }
  const results: Result[] = []
  for (const one of cases) {
    const result = await measure(one, { megabytes, rounds })
    results.push(result)
    if (!json) show(result)
  }
  if (json) process.stdout.write(`${JSON.stringify({ megabytes, rounds, cases: results }, null, 2)}\n`)
  return 0
}

process.exitCode = await main()
