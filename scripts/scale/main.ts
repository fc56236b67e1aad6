import { parseArgs } from 'node:util'
import { limitsOf } from './limits.ts'
import { type Load, simulate } from './simulate.ts'

const HELP = `npm run scale -- [options]

Plays a year of an archive hour by hour, in counts and not in bytes, against the limits of the deployment.

  --records-per-day N      1e9 unless given
  --bytes N                of one record; 1000 unless given
  --records-per-message N  100 unless given
  --partition UNIT         hour or day; day unless given
  --concurrency N          invocations of each function at once; as deployed unless given
  --days N                 365 unless given
  --json                   every hour as JSON
`

const readNumber = (name: string, text: string): number => {
  const value = Number(text)
  if (text !== '' && value > 0 && Number.isFinite(value)) return value
  throw new Error(`--${name}: expected a number above 0, got ${JSON.stringify(text)}`)
}

const readOptions = () => {
  const { values } = parseArgs({
    options: {
      'records-per-day': { type: 'string', default: '1e9' },
      bytes: { type: 'string', default: '1000' },
      'records-per-message': { type: 'string', default: '100' },
      partition: { type: 'string', default: 'day' },
      concurrency: { type: 'string' },
      days: { type: 'string', default: '365' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  const { partition, concurrency, json, help } = values
  if (partition !== 'hour' && partition !== 'day')
    throw new Error(`--partition: expected hour or day, got ${JSON.stringify(partition)}`)
  const load: Load = {
    recordsPerDay: readNumber('records-per-day', values['records-per-day']),
    recordBytes: readNumber('bytes', values.bytes),
    recordsPerMessage: readNumber('records-per-message', values['records-per-message']),
    partition,
    days: readNumber('days', values.days),
  }
  return { load, concurrency: concurrency && readNumber('concurrency', concurrency), json, help }
}

const count = (value: number): string => Math.round(value).toLocaleString('en-US')

const main = (): number => {
  let options: ReturnType<typeof readOptions>
  try {
    options = readOptions()
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`)
    return 2
  }
  const { load, concurrency, json, help } = options
  if (help) {
    process.stdout.write(HELP)
    return 0
  }
  const limits = limitsOf(concurrency || undefined)
  const year = simulate(load, limits)
  if (json) {
    process.stdout.write(`${JSON.stringify({ load, limits, ...year }, null, 2)}\n`)
    return 0
  }
  const { batch, perSeal, sealsPerRun, hours, totals } = year
  process.stdout.write(
    `a batch: ${count(batch.records)} records in ${batch.seconds.toFixed(2)} s; a seal: ${perSeal} landing segments in ${year.sealSeconds.toFixed(1)} s, ${sealsPerRun} of them a run\n\n`,
  )
  const marks = [1, 7, 30, 91, 182, 365].filter((day) => day <= load.days)
  console.table(
    Object.fromEntries(
      marks.map((day) => {
        const at = hours[day * 24 - 1]
        return [
          `day ${day}`,
          {
            'records queued': count(at?.queued ?? 0),
            unsealed: count(at?.unsealed ?? 0),
            'of these overdue': count(at?.overdue ?? 0),
            'to be removed': count(at?.dead ?? 0),
            'commits of one partition': count(at?.mostCommits ?? 0),
            'age busy': `${((at?.ageBusy ?? 0) * 100).toFixed(0)} %`,
            'seal busy': `${((at?.sealBusy ?? 0) * 100).toFixed(0)} %`,
          },
        ]
      }),
    ),
  )
  const most = hours.reduce((least, { mostCommits }) => Math.max(least, mostCommits), 0)
  const last = hours.at(-1)
  const problems = [
    ...((last?.queued ?? 0) > load.recordsPerDay / 24
      ? ['records wait in the queue: more invocations of age-records']
      : []),
    ...((last?.overdue ?? 0) > totals.landed / load.days
      ? ['landing segments of partitions that are over are not sealed: shorter partitions, or larger batches']
      : []),
    ...(most > limits.commitsInMemory
      ? [`a partition has ${count(most)} commits, more than a function has memory for: shorter partitions`]
      : []),
  ]
  process.stdout.write(
    `\n${count(totals.landedRecords)} of ${count(totals.sent)} records landed in ${count(totals.landed)} segments; ${count(totals.seals)} seals took in ${count(totals.sealedInputs)}, ${count(totals.removed)} are removed\n${problems.length === 0 ? 'it keeps up' : problems.join('\n')}\n`,
  )
  return problems.length === 0 ? 0 : 1
}

process.exitCode = main()
