import type { AddCommand } from '../command.ts'
import { type FormOptions, readForm, withForm } from '../form.ts'
import { readSelection, type SelectionOptions, withSelection } from '../selection.ts'
import { tellQuote } from '../tell-quote.ts'

type Options = SelectionOptions & FormOptions & { readonly destination?: string }

export const addQuote: AddCommand = (parent, act) => {
  const command = withSelection(
    parent
      .command('quote')
      .description('say what it costs to have records back, and when, for each retrieval tier'),
  ).option('--destination <name>', 'where to; of any in the bucket unless given')
  withForm(command).action(
    act(async (context, dataset: string, ids: readonly string[] = [], options: Options) => {
      const select = await readSelection(ids, options, context.terminal)
      const { destination } = options
      const client = await context.client()
      const quote = await client.quote({
        dataset,
        select,
        ...(destination !== undefined && { destination }),
        ...readForm(options),
      })
      return { json: quote, text: tellQuote(quote) }
    }),
  )
}
