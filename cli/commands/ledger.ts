import type { AddCommand } from '../command.ts'
import { formatTable } from '../text.ts'

const ENTRIES = ['received', 'archived', 'duplicates', 'quarantined', 'expired'] as const

export const addLedger: AddCommand = (parent, act) => {
  parent
    .command('ledger')
    .description('show the books of a dataset; the exit status is 1 when they do not balance')
    .argument('<dataset>', 'the dataset; _unknown for what named none that is declared')
    .action(
      act(async (context, dataset: string) => {
        const ledger = await (await context.client()).ledger(dataset)
        const rows = ENTRIES.map((name) => [name, String(ledger[name].records), ledger[name].digest])
        return {
          json: ledger,
          text: `${formatTable(['', 'RECORDS', 'DIGEST'], rows)}\n\nThe books ${ledger.balanced ? 'balance' : 'do NOT balance'}.`,
          failed: !ledger.balanced,
        }
      }),
    )
}
