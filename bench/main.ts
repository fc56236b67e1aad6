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

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    megabytes: { type: 'string' },
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

const main = async (): Promise<number> => {
  const chosen = CASES.filter(({ name }) => values.only === undefined || name === values.only)
  if (values.help || chosen.length === 0) {
    process.stderr.write(values.help ? HELP : `--only: there is no case ${values.only}\n\n${HELP}`)
    return values.help ? 0 : 2
  }
  const megabytes = Number(values.megabytes ?? (values.quick ? 50 : 200))
  const rounds = Number(values.rounds ?? (values.quick ? 1 : 3))
  const results = []
  for (const one of chosen) {
    const result = await measure(one, { megabytes, rounds })
    results.push(result)
    if (values.json) continue
    process.stdout.write(`\n${result.name}: ${result.what}\n`)
    console.table(
      Object.fromEntries(
        result.contenders.map(({ name, ...figures }) => [
          name,
          Object.fromEntries(Object.entries(figures).map(([key, value]) => [key, Number(value.toFixed(2))])),
        ]),
      ),
    )
    if (result.ratio !== null)
      process.stdout.write(
        `${result.ratio.toFixed(2)} times the peer's speed; the goal is ${result.goal}: ${result.goalMet ? 'met' : 'not met'}\n`,
      )
  }
  if (values.json) process.stdout.write(`${JSON.stringify({ megabytes, rounds, cases: results }, null, 2)}\n`)
  return 0
}

process.exitCode = await main()
