import type { RehydrationLine } from 'icecore/client'
import { answerOutcome } from '../await-outcome.ts'
import type { AddCommand, Answer, CommandContext } from '../command.ts'
import { WrongUsage } from '../failure.ts'
import { readLimit } from '../options.ts'
import { answerRehydration } from '../tell-rehydration.ts'
import { formatTable } from '../text.ts'

type Options = { readonly wait?: boolean; readonly output?: string; readonly limit: string }

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

const list = async (context: CommandContext, limit: number): Promise<Answer> => {
  const rehydrations: RehydrationLine[] = []
  for await (const line of (await context.client()).rehydrations()) {
    if (rehydrations.length === limit) break
    rehydrations.push(line)
  }
  return {
    json: { rehydrations },
    text:
      rehydrations.length === 0 ? 'Nothing was asked for.' : formatTable(HEADINGS, rehydrations.map(rowOf)),
  }
}

export const addStatus: AddCommand = (parent, act) => {
  parent
    .command('status')
    .description('show how far a rehydration has come; without an id, list them, newest first')
    .argument('[rehydration]', 'its id')
    .option('--wait', 'until it is completed, failed or cancelled')
    .option('--output <dir>', 'wait, download what was delivered into this folder, and check it')
    .option('--limit <count>', 'in the list: how many at most; all for all of them', '25')
    .action(
      act(async (context, id: string | undefined, options: Options) => {
        const { wait = false, output } = options
        const limit = readLimit(options.limit)
        if (id !== undefined) {
          if (wait || output !== undefined) return answerOutcome(context, id, output)
          return answerRehydration(await (await context.client()).rehydration(id))
        }
        if (wait || output !== undefined)
          throw new WrongUsage('--wait and --output need the id of a rehydration.')
        return list(context, limit)
      }),
    )
}
