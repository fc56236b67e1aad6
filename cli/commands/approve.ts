import type { AddCommand } from '../command.ts'
import { answerRehydration } from '../tell-rehydration.ts'

export const addApprove: AddCommand = (parent, act) => {
  parent
    .command('approve')
    .description('let a rehydration go on that awaits an approval; not one’s own')
    .argument('<rehydration>', 'its id')
    .action(act(async (context, id: string) => answerRehydration(await (await context.client()).approve(id))))
}
