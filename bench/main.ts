import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import * as z from 'zod'
import { CASES } from './cases/cases.ts'
import type { Case, Run, Sizes } from './support/case.ts'
import { judge, median, type Rounds } from './support/judge.ts'

const HELP = `npm run bench -- [options]

  --only NAME      one case: ${CASES.map(({ name }) => name).join(', ')}
  --megabytes N    size of the input where a case has one; 1000 unless given
  --records N      records of the large segment; 1000000 unless given
  --rounds N       rounds, the contenders taking turns; 5 unless given. A case that takes minutes runs fewer, two at least
  --quick          15 MB, 50,000 records and two rounds, or one where that takes five seconds
  --json           one JSON object on standard output; a case's ratio and goal are those of its first goal
  --keep           keep the results in bench/results/, as a run with none of --only, --megabytes, --records,
                   --rounds and --quick does anyway

npm run bench:docs writes what is in bench/results/ into docs/performance.md.
`

const runSchema = z.object({
  seconds: z.number(),
  cpuSeconds: z.number(),
  peakMegabytes: z.number().nullable(),
  megabytes: z.number(),
  figures: z.record(z.string(), z.number()),
})

const RUNNER = join(import.meta.dirname, 'support/run-contender.ts')
const RESULTS = join(import.meta.dirname, 'results')

type Options = Sizes & { readonly rounds: number; readonly patience: Patience }

const runContender = (name: string, contender: string, folder: string): Run =>
  runSchema.parse(
    JSON.parse(execFileSync(process.execPath, [RUNNER, name, contender, folder], { encoding: 'utf8' })),
  )

/** The most of all runs; null where they cannot tell. */
const peakOf = (runs: readonly Run[]): number | null => {
  const peaks = runs.flatMap(({ peakMegabytes }) => peakMegabytes ?? [])
  return peaks.length === 0 ? null : Math.max(...peaks)
}

const sumUp = (name: string, runs: readonly Run[]) => {
  const of = (figure: (run: Run) => number) => median(runs.map(figure))
  const figures = Object.keys(runs[0]?.figures ?? {}).map((key) => [
    key,
    of((run) => run.figures[key] ?? Number.NaN),
  ])
  return {
    name,
    seconds: of(({ seconds }) => seconds),
    cpuSeconds: of(({ cpuSeconds }) => cpuSeconds),
    megabytes: of(({ megabytes }) => megabytes),
    peakMegabytes: peakOf(runs),
    figures: z.record(z.string(), z.number()).parse(Object.fromEntries(figures)),
  }
}

/** Of a case at least so many rounds are run, and no other is begun once they have taken so long (ms). */
type Patience = { readonly leastRounds: number; readonly longMs: number }

/** One round says nothing of how far rounds lie apart. The whole ends within half an hour. */
const USUAL: Patience = { leastRounds: 2, longMs: 90_000 }
/** Within three minutes, on a slow machine as well. */
const QUICK: Patience = { leastRounds: 1, longMs: 5000 }

/** Round by round, the contenders taking turns. */
const runRounds = (
  one: Case,
  folder: string,
  { rounds, patience: { leastRounds, longMs } }: Pick<Options, 'rounds' | 'patience'>,
): readonly Record<string, Run>[] => {
  const begun = performance.now()
  const done: Record<string, Run>[] = []
  while (done.length < rounds) {
    if (done.length >= leastRounds && performance.now() - begun > longMs) break
    const runs = Object.keys(one.contenders).map((name) => [name, runContender(one.name, name, folder)])
    done.push(z.record(z.string(), runSchema).parse(Object.fromEntries(runs)))
  }
  return done
}

const measure = (one: Case, folder: string, options: Options) => {
  const done = runRounds(one, folder, options)
  const names = Object.keys(one.contenders)
  const rounds: Rounds = Object.fromEntries(
    names.map((name) => [name, done.flatMap((round) => round[name] ?? [])]),
  )
  const contenders = names.map((name) => sumUp(name, rounds[name] ?? []))
  const goals = one.goals.map((goal) => judge(goal, rounds[names[0] ?? ''] ?? [], rounds))
  const [first] = goals
  return {
    name: one.name,
    what: one.what,
    ratio: first?.got ?? null,
    goal: first?.wanted ?? null,
    goalMet: goals.every(({ met }) => met),
    rounds: done.length,
    goals,
    contenders,
  }
}

/** Makes the input of each case, once for cases that share it, and takes it all away at the end. */
const withInputs = async <Result>(
  sizes: Sizes,
  work: (folderOf: (one: Case) => Promise<string>) => Promise<Result>,
): Promise<Result> => {
  const folders = new Map<Case['prepare'], string>()
  try {
    return await work(async ({ prepare }) => {
      const known = folders.get(prepare)
      if (known !== undefined) return known
      const folder = mkdtempSync(join(tmpdir(), 'icecore-bench-'))
      folders.set(prepare, folder)
      await prepare(folder, sizes)
      return folder
    })
  } finally {
    for (const folder of folders.values()) rmSync(folder, { recursive: true, force: true })
  }
}

const readOptions = () => {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      megabytes: { type: 'string', default: '' },
      records: { type: 'string', default: '' },
      rounds: { type: 'string', default: '' },
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  const { only, megabytes, records, rounds, quick, json, help } = values
  const isWhole = only === undefined && !quick && [megabytes, records, rounds].every((text) => text === '')
  const wholeNumber = (name: string, text: string, otherwise: number): number => {
    if (text === '') return otherwise
    if (/^[1-9]\d{0,7}$/.test(text)) return Number(text)
    throw new Error(`--${name}: expected a whole number above 0, got ${JSON.stringify(text)}`)
  }
  const cases = CASES.filter(({ name }) => only === undefined || name === only)
  if (cases.length === 0) throw new Error(`--only: there is no case ${JSON.stringify(only)}`)
  return {
    cases,
    json,
    help,
    keeps: values.keep || isWhole,
    megabytes: wholeNumber('megabytes', megabytes, quick ? 15 : 1000),
    records: wholeNumber('records', records, quick ? 50_000 : 1_000_000),
    rounds: wholeNumber('rounds', rounds, quick ? 2 : 5),
    patience: quick ? QUICK : USUAL,
  }
}

type Result = ReturnType<typeof measure>

const rounded = (figures: Record<string, number | null>) =>
  Object.fromEntries(
    Object.entries(figures).map(([key, value]) => [key, value && Number(value.toPrecision(4))]),
  )

const show = ({ name, what, contenders, goals }: Result) => {
  process.stdout.write(`\n${name}: ${what}\n`)
  console.table(
    Object.fromEntries(
      contenders.map(({ name: who, figures, ...rest }) => [who, rounded({ ...rest, ...figures })]),
    ),
  )
  for (const { goal, wanted, got, least, most, met } of goals)
    process.stdout.write(
      `${goal}: ${got.toPrecision(3)} (${least.toPrecision(3)} to ${most.toPrecision(3)}), the goal is ${wanted}: ${met ? 'met' : 'not met'}\n`,
    )
}

const keep = (result: Result, { megabytes, records }: Sizes) => {
  mkdirSync(RESULTS, { recursive: true })
  const machine = { node: process.version, cpus: cpus().length }
  const kept = { at: new Date().toISOString(), machine, megabytes, records, ...result }
  writeFileSync(join(RESULTS, `${result.name}.json`), `${JSON.stringify(kept, null, 2)}\n`)
}

const main = async (): Promise<number> => {
  let options: ReturnType<typeof readOptions>
  try {
    options = readOptions()
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`)
    return 2
  }
  const { cases, json, help, keeps, ...sizes } = options
  if (help) {
    process.stdout.write(HELP)
    return 0
  }
  const results: Result[] = []
  await withInputs(sizes, async (folderOf) => {
    for (const one of cases) {
      const result = measure(one, await folderOf(one), sizes)
      results.push(result)
      if (keeps) keep(result, sizes)
      if (!json) show(result)
    }
  })
  if (json) process.stdout.write(`${JSON.stringify({ ...sizes, cases: results }, null, 2)}\n`)
  return 0
}

process.exitCode = await main()
