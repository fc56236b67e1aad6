import { REHYDRATION_STATUSES, type RehydrationLine, type RehydrationsWanted } from 'icecore/client'
import { answerOutcome } from '../await-outcome.ts'
import type { AddCommand, Answer, CommandContext } from '../command.ts'
import { WrongUsage } from '../failure.ts'
import { readInstant, readLimit, readOneOf } from '../options.ts'
import { answerRehydration } from '../tell-rehydration.ts'
import { formatTable } from '../text.ts'

type Filters = {
  readonly status?: string
  readonly dataset?: string
  readonly from?: string
  readonly to?: string
}

type Options = Filters & { readonly wait?: boolean; readonly output?: string; readonly limit: string }

/** Which are listed, in the words of the client. */
const readFilters = ({ status, dataset, from, to }: Filters): RehydrationsWanted => ({
  status: readOneOf('status', REHYDRATION_STATUSES, status),
  dataset,
  from: readInstant('from', from),
  to: readInstant('to', to),
})

const isNarrowed = (wanted: RehydrationsWanted): boolean =>
  Object.values(wanted).some((value) => value !== undefined)

const rowOf = (line: RehydrationLine): string[] => [
  line.id,
  line.status,
  line.dataset,
  line.tier ?? 'mixed',
  line.destination,
  line.requestedAt,
  line.result === undefined ? '' : String(line.result.records),
]

const HEADINGS = ['REHYDRATION', 'STATUS', 'DATASET', 'TIER', 'DESTINATION', 'REQUESTED', 'RECORDS']

const list = async (context: CommandContext, limit: number, wanted: RehydrationsWanted): Promise<Answer> => {
  const rehydrations: RehydrationLine[] = []
  for await (const line of (await context.client()).rehydrations(wanted)) {
    if (rehydrations.length === limit) break
    rehydrations.push(line)
  }
  const none = isNarrowed(wanted) ? 'Nothing like that was asked for.' : 'Nothing was asked for.'
  return {
    json: { rehydrations },
    text: rehydrations.length === 0 ? none : formatTable(HEADINGS, rehydrations.map(rowOf)),
  }
}

export const addStatus: AddCommand = (parent, act) => {
  parent
    .command('status')
    .description('show how far a rehydration has come; without an id, list them, newest first')
    .argument('[rehydration]', 'its id')
    .option('--wait', 'until it is completed, failed or cancelled')
    .option('--output <dir>', 'wait, download what was delivered into this folder, and check it')
    .option('--status <status>', `in the list: only those that are ${REHYDRATION_STATUSES.join(', ')}`)
    .option('--dataset <name>', 'in the list: only those of this dataset')
    .option('--from <time>', 'in the list: only those that were asked for at this time or later')
    .option('--to <time>', 'in the list: only those that were asked for before this time')
    .option('--limit <count>', 'in the list: how many at most; all for all of them', '25')
    .action(
      act(async (context, id: string | undefined, options: Options) => {
        const { wait = false, output } = options
        const limit = readLimit(options.limit)
        const filters = readFilters(options)
        if (id !== undefined) {
          if (isNarrowed(filters))
            throw new WrongUsage('--status, --dataset, --from and --to narrow the list, and go with no id.')
          if (wait || output !== undefined) return answerOutcome(context, id, output)
          return answerRehydration(await (await context.client()).rehydration(id))
        }
        if (wait || output !== undefined)
          throw new WrongUsage('--wait and --output need the id of a rehydration.')
        return list(context, limit, filters)
      }),
    )
}
