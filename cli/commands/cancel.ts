import type { AddCommand } from '../command.ts'
import { answerRehydration } from '../tell-rehydration.ts'

export const addCancel: AddCommand = (parent, act) => {
  parent
    .command('cancel')
    .description('end a rehydration; what was delivered stays, and what was thawed stays thawed')
    .argument('<rehydration>', 'its id')
    .action(act(async (context, id: string) => answerRehydration(await (await context.client()).cancel(id))))
}
