import type { Command } from 'commander'
import type { RehydrateRequest } from 'icecore/client'
import { COMPRESSIONS, FORMATS } from '../../shared/domain/rehydration.ts'
import { RETRIEVAL_TIERS } from '../../shared/domain/storage-class.ts'
import { answerOutcome } from '../await-outcome.ts'
import type { AddCommand } from '../command.ts'
import { readDays, readOneOf } from '../options.ts'
import { readSelection, type SelectionOptions, withSelection } from '../selection.ts'
import { answerRehydration } from '../tell-rehydration.ts'

type Options = SelectionOptions & {
  readonly destination: string
  readonly tier?: string
  readonly format?: string
  readonly compression?: string
  readonly columns?: string
  readonly keepDays?: string
  readonly idempotencyKey?: string
  readonly wait?: boolean
  readonly output?: string
}

/** What of a request the options give; the API knows what holds for the rest. */
const readTerms = (options: Options): Omit<RehydrateRequest, 'dataset' | 'select'> => {
  const tier = readOneOf('tier', RETRIEVAL_TIERS, options.tier)
  const format = readOneOf('format', FORMATS, options.format)
  const compression = readOneOf('compression', COMPRESSIONS, options.compression)
  const columns = options.columns?.split(',')
  const keepDays = readDays(options.keepDays)
  return {
    destination: options.destination,
    ...(tier !== undefined && { tier }),
    ...(format !== undefined && { format }),
    ...(compression !== undefined && { compression }),
    ...(columns !== undefined && { columns }),
    ...(keepDays !== undefined && { keepDays }),
  }
}

const withDelivery = (command: Command): Command =>
  command
    .requiredOption('--destination <name>', 'where to: a name from icecore.config.ts')
    .option('--tier <tier>', 'Standard unless given, Bulk, or Expedited')
    .option('--format <format>', 'ndjson unless given, csv, or parquet')
    .option('--compression <name>', 'of ndjson and csv: none unless given, gzip, or zstd')
    .option('--columns <names>', 'the columns of the files, separated by commas')
    .option('--keep-days <days>', 'how long thawed segments must stay readable')
    .option('--idempotency-key <key>', 'a request that may be sent twice has one key, and is one rehydration')
    .option('--wait', 'until it is completed, failed or cancelled; Ctrl-C leaves it going')
    .option('--output <dir>', 'wait, download what was delivered into this folder, and check it')

export const addRehydrate: AddCommand = (parent, act) => {
  withDelivery(
    withSelection(parent.command('rehydrate').description('ask for records: by ids, or of a range of time')),
  ).action(
    act(async (context, dataset: string, ids: readonly string[] = [], options: Options) => {
      const { idempotencyKey, wait = false, output } = options
      const terms = readTerms(options)
      const select = await readSelection(ids, options, context.terminal)
      const client = await context.client()
      const key = idempotencyKey === undefined ? {} : { idempotencyKey }
      const rehydration = await client.rehydrate({ dataset, select, ...terms }, key)
      if (!wait && output === undefined) return answerRehydration(rehydration)
      context.progress(`rehydration ${rehydration.id}`)
      return answerOutcome(context, rehydration.id, output)
    }),
  )
}
