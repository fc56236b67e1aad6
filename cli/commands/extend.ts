import type { AddCommand } from '../command.ts'
import { readDays } from '../options.ts'
import { answerRehydration } from '../tell-rehydration.ts'

type Options = { readonly keepDays: string }

export const addExtend: AddCommand = (parent, act) => {
  parent
    .command('extend')
    .description('keep what a rehydration has thawed for longer; never for less long')
    .argument('<rehydration>', 'its id')
    .requiredOption('--keep-days <days>', 'for so many days from now on at least')
    .action(
      act(async (context, id: string, options: Options) => {
        const keepDays = readDays(options.keepDays)
        return answerRehydration(await (await context.client()).extend(id, keepDays))
      }),
    )
}
