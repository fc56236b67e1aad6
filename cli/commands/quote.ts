import type { AddCommand } from '../command.ts'
import { readDays } from '../options.ts'
import { readSelection, type SelectionOptions, withSelection } from '../selection.ts'
import { tellQuote } from '../tell-quote.ts'

type Options = SelectionOptions & { readonly keepDays?: string }

export const addQuote: AddCommand = (parent, act) => {
  withSelection(
    parent
      .command('quote')
      .description('say what it costs to have records back, and when, for each retrieval tier'),
  )
    .option('--keep-days <days>', 'how long thawed segments must stay readable')
    .action(
      act(async (context, dataset: string, ids: readonly string[] = [], options: Options) => {
        const select = await readSelection(ids, options, context.terminal)
        const keepDays = readDays(options.keepDays)
        const client = await context.client()
        const quote = await client.quote({ dataset, select, ...(keepDays !== undefined && { keepDays }) })
        return { json: quote, text: tellQuote(quote) }
      }),
    )
}
