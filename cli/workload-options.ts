import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { batchesOf, fitMessage, SCHEDULES, type Workload } from '../shared/domain/cost/workload.ts'
import { DEFAULT_SEAL } from '../shared/domain/parse-config.ts'
import { PARTITION_UNITS } from '../shared/domain/partition.ts'
import { NoPrices, priceTableOf, readPriceTable } from '../shared/domain/price-table.ts'
import { PRICES_REGION, type PriceTable } from '../shared/domain/prices.ts'
import { readClasses, USUAL_POLICY } from './class-steps.ts'
import type { CliContext } from './context.ts'
import { WrongUsage } from './failure.ts'
import { readAge, readOneOf } from './options.ts'

export type WorkloadOptions = {
  readonly recordsPerDay: string
  readonly bytes: string
  readonly policy: string
  readonly retention?: string
  readonly partition?: string
  readonly recordsPerMessage: string
  readonly storedRatio: string
  readonly gzipRatio: string
  readonly prices?: string
}

export const withPrices = (command: Command): Command =>
  command.option('--prices <file>', 'a price table of your own; the list prices of --region unless given')

export const withWorkload = (command: Command): Command =>
  withPrices(
    command
      .requiredOption('--records-per-day <count>', 'how many records come on each day')
      .requiredOption('--bytes <bytes>', 'of one record, on average')
      .option(
        '--policy <policy>',
        'a dataset of icecore.config.ts, or ages and storage classes',
        USUAL_POLICY,
      )
      .option('--retention <age>', 'when records expire, such as 7y; never unless given')
      .option('--partition <unit>', 'hour, day or month; the dataset’s, or day')
      .option('--records-per-message <count>', 'how many records a message holds, as far as they fit', '100')
      .option('--stored-ratio <ratio>', 'what a sealed segment takes, of the text in it', '0.38')
      .option('--gzip-ratio <ratio>', 'what gzip makes of the same text', '0.33'),
  )

const readNumber = (name: string, text: string, most: number): number => {
  const value = /^\d+(\.\d+)?(e\d{1,2})?$/.test(text) ? Number(text) : Number.NaN
  if (value > 0 && value <= most) return value
  throw new WrongUsage(
    `--${name}: expected a number above 0, at most ${most.toExponential()}, got ${JSON.stringify(text)}`,
  )
}

type Policy = Pick<Workload, 'classes' | 'retention' | 'partition' | 'seal' | 'datasets'>

const readPolicy = async (context: Pick<CliContext, 'config'>, text: string): Promise<Policy> => {
  const { datasets } = await context.config()
  const dataset = datasets.get(text)
  if (dataset !== undefined) {
    const { classes, retention, partition, seal } = dataset
    return { classes, retention, partition, seal, datasets: datasets.size }
  }
  return {
    classes: readClasses(text),
    retention: null,
    partition: 'day',
    seal: DEFAULT_SEAL,
    datasets: datasets.size,
  }
}

export const readWorkload = async (
  context: Pick<CliContext, 'config'>,
  options: WorkloadOptions,
): Promise<Workload> => {
  const policy = await readPolicy(context, options.policy)
  const recordsPerDay = readNumber('records-per-day', options.recordsPerDay, 1e13)
  const recordBytes = readNumber('bytes', options.bytes, 2 ** 28)
  const together = readNumber('records-per-message', options.recordsPerMessage, 1e6)
  const recordsPerMessage = fitMessage(recordBytes, together)
  return {
    ...policy,
    ...SCHEDULES,
    recordsPerDay,
    recordBytes,
    retention: options.retention === undefined ? policy.retention : readAge('retention', options.retention),
    partition: readOneOf('partition', PARTITION_UNITS, options.partition) ?? policy.partition,
    storedRatio: readNumber('stored-ratio', options.storedRatio, 2),
    gzipRatio: readNumber('gzip-ratio', options.gzipRatio, 2),
    recordsPerMessage,
    batchesPerDay: batchesOf(recordsPerDay / recordsPerMessage, recordsPerMessage * recordBytes),
    partitionsPerBatch: 1,
  }
}

/** The table of a file, or that of the region; of us-east-1 where there is none. A line that it lacks is an error where it is needed. */
export const readPrices = async (
  context: Pick<CliContext, 'region'>,
  file: string | undefined,
): Promise<PriceTable> => {
  try {
    if (file === undefined) return priceTableOf((await context.region()) ?? PRICES_REGION)
    return readPriceTable(JSON.parse(await readFile(file, 'utf8')))
  } catch (error) {
    if (error instanceof NoPrices || error instanceof SyntaxError)
      throw new WrongUsage(`--${file === undefined ? 'region' : 'prices'}: ${error.message}`)
    throw error
  }
}
