import type { SegmentAnswer } from 'icecore/client'
import { adviseClasses } from '../../shared/domain/advice/advise.ts'
import { dryRun } from '../../shared/domain/advice/dry-run.ts'
import type { FromAge } from '../../shared/domain/advice/material.ts'
import { DAY, parseDuration } from '../../shared/domain/duration.ts'
import { parseClasses } from '../../shared/domain/parse-config.ts'
import { partitionRange } from '../../shared/domain/partition.ts'
import type { AddCommand } from '../command.ts'
import { Failure, WrongUsage } from '../failure.ts'
import { readAge } from '../options.ts'
import { tellAdvice } from '../tell-advice.ts'
import { readPrices, withPrices } from '../workload-options.ts'

type Options = {
  readonly within: string
  readonly reads: string
  readonly lifetime: string
  readonly prices?: string
}

/** `0d:1h,90d:12h`: a value from each age on. */
const readAges = <Value>(
  name: string,
  text: string,
  readValue: (text: string) => Value | undefined,
): FromAge<Value> => {
  const wrong = () =>
    new WrongUsage(
      `--${name}: expected ages, the first 0d, and values such as 0d:${EXAMPLES[name]}, got ${JSON.stringify(text)}`,
    )
  const [first, ...later] = text.split(',').map((step) => {
    const [age = '', given = ''] = step.split(':')
    const from = parseDuration(age)
    const value = readValue(given)
    if (from === undefined || value === undefined) throw wrong()
    return { from, value }
  })
  if (first === undefined || first.from !== 0) throw wrong()
  const steps = [first, ...later] as const
  if (later.some(({ from }, index) => from <= (steps[index]?.from ?? 0))) throw wrong()
  return steps
}

const EXAMPLES: Readonly<Record<string, string>> = { within: '0s,90d:12h', reads: '0.5,30d:0.01' }

const readShare = (text: string): number | undefined =>
  /^\d{1,6}(\.\d{1,9})?$/.test(text) ? Number(text) : undefined

/** How large the sealed segments are, and how many a day of event time has. */
const sizeOf = (dataset: string, segments: readonly SegmentAnswer[]) => {
  const sealed = segments.filter(({ kind }) => kind === 'sealed')
  if (sealed.length === 0)
    throw new Failure(`${dataset} has no sealed segment yet: there is nothing to go by.`)
  const days = [...new Set(sealed.map(({ partition }) => partition))].reduce((sum, partition) => {
    const { start, end } = partitionRange(partition)
    return sum + (end - start) / DAY
  }, 0)
  const bytes = sealed.reduce((sum, segment) => sum + segment.bytes, 0)
  return { sealed, segmentBytes: bytes / sealed.length, segmentsPerDay: sealed.length / days }
}

export const addAdvise: AddCommand = (parent, act) => {
  withPrices(
    parent
      .command('advise')
      .description(
        'find the cheapest storage classes for a dataset, and say what they would move: nothing is moved',
      )
      .argument('<dataset>', 'the dataset')
      .option('--within <ages>', 'from which age on records must be readable within what time', '0d:2d')
      .option('--reads <ages>', 'from which age on what share of them is read in a month', '0d:0')
      .option('--lifetime <age>', 'how long records are kept, where the dataset has no retention', '10y'),
  ).action(
    act(async (context, name: string, options: Options) => {
      const within = readAges('within', options.within, parseDuration)
      const reads = readAges('reads', options.reads, readShare)
      const longest = readAge('lifetime', options.lifetime)
      const prices = await readPrices(context, options.prices)
      const client = await context.client()
      const dataset = await client.dataset(name)
      const segments: SegmentAnswer[] = []
      for await (const segment of client.segments(name)) segments.push(segment)
      const { sealed, segmentBytes, segmentsPerDay } = sizeOf(name, segments)
      const present = parseClasses(dataset.classes)
      const lifetime = dataset.retention === null ? longest : readAge('retention', dataset.retention)
      const material = { segmentBytes, segmentsPerDay, lifetime, within, reads }
      const advice = adviseClasses(material, present, prices)
      const kept = sealed.map((segment) => ({ ...segment, createdAt: Date.parse(segment.createdAt) }))
      const run = dryRun(kept, advice.steps, context.now(), prices)
      const { region, date, sources } = prices
      return {
        json: { prices: { region, date, sources }, material, present, advice, dryRun: run },
        text: tellAdvice(advice, present, run, material, prices),
      }
    }),
  )
}
