import type { Command } from 'commander'
import type { RehydrateRequest } from 'icecore/client'
import { RETRIEVAL_TIERS } from '../../shared/domain/storage-class.ts'
import { answerOutcome } from '../await-outcome.ts'
import type { AddCommand } from '../command.ts'
import { WrongUsage } from '../failure.ts'
import { type FormOptions, readForm, withForm } from '../form.ts'
import { readDollars, readInstant, readOneOf } from '../options.ts'
import { readSelection, type SelectionOptions, withSelection } from '../selection.ts'
import { answerRehydration } from '../tell-rehydration.ts'

type Options = SelectionOptions &
  FormOptions & {
    readonly destination: string
    readonly tier?: string
    readonly readyBy?: string
    readonly maxCost?: string
    readonly expedited?: boolean
    readonly quote?: string
    readonly idempotencyKey?: string
    readonly wait?: boolean
    readonly output?: string
  }

/** What of a request the options give; the API knows what holds for the rest. */
const readTerms = (options: Options): Omit<RehydrateRequest, 'dataset' | 'select'> => {
  const tier = readOneOf('tier', RETRIEVAL_TIERS, options.tier)
  const readyBy = readInstant('ready-by', options.readyBy)
  const maxCostUsd = readDollars('max-cost', options.maxCost)
  if (tier !== undefined && (readyBy !== undefined || maxCostUsd !== undefined))
    throw new WrongUsage('--tier goes with neither --ready-by nor --max-cost, which settle it.')
  return {
    destination: options.destination,
    ...(tier !== undefined && { tier }),
    ...(readyBy !== undefined && { readyBy }),
    ...(maxCostUsd !== undefined && { maxCostUsd }),
    ...(options.quote !== undefined && { quoteId: options.quote }),
    ...readForm(options),
  }
}

const withDelivery = (command: Command): Command =>
  withForm(
    command
      .requiredOption('--destination <name>', 'where to: a name from icecore.config.ts')
      .option('--tier <tier>', 'Standard unless given, Bulk, or Expedited')
      .option('--ready-by <time>', 'in place of a tier: when all is to be readable, as cheaply as may be')
      .option('--max-cost <dollars>', 'in place of a tier: what it may cost, as early as may be')
      .option('--expedited', 'with these two: Expedited may be used; on a route that IAM grants apart')
      .option('--quote <id>', 'accept this quote of the same: it costs no more than that says'),
  )
    .option('--idempotency-key <key>', 'a request that may be sent twice has one key, and is one rehydration')
    .option('--wait', 'until it is completed, failed or cancelled; Ctrl-C leaves it going')
    .option('--output <dir>', 'wait, download what was delivered into this folder, and check it')

export const addRehydrate: AddCommand = (parent, act) => {
  withDelivery(
    withSelection(parent.command('rehydrate').description('ask for records: by ids, or of a range of time')),
  ).action(
    act(async (context, dataset: string, ids: readonly string[] = [], options: Options) => {
      const { idempotencyKey, expedited = false, wait = false, output } = options
      const terms = readTerms(options)
      const select = await readSelection(ids, options, context.terminal)
      const client = await context.client()
      const key = idempotencyKey === undefined ? {} : { idempotencyKey }
      const ask = expedited ? client.expedited : client.rehydrate
      const rehydration = await ask({ dataset, select, ...terms }, key)
      if (!wait && output === undefined) return answerRehydration(rehydration)
      context.progress(`rehydration ${rehydration.id}`)
      return answerOutcome(context, rehydration.id, output)
    }),
  )
}
