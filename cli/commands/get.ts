import { ApiProblem, quoteOf, type RecordAnswer } from 'icecore/client'
import type { AddCommand, Answer } from '../command.ts'
import { EXIT } from '../exit-status.ts'
import { readTime } from '../options.ts'
import { tellQuote } from '../tell-quote.ts'
import { countOf, formatFields } from '../text.ts'

type Options = { readonly time?: string; readonly all?: boolean }

const tellFacts = ({ time, arrived, version, header, versions, complete }: RecordAnswer): string => {
  const facts: (readonly [string, string])[] = [
    ['time', time],
    ['arrived', arrived],
    ['versions', String(versions)],
  ]
  if (version !== null) facts.push(['version', version])
  if (header !== null) facts.push(['header', header])
  if (!complete) facts.push(['complete', 'no: a segment that may hold a newer version was not read'])
  return formatFields(facts)
}

const answerOne = (id: string, { body, ...facts }: RecordAnswer): Answer => ({
  json: { id, ...facts, body: Buffer.from(body).toString('utf8') },
  text: '',
  bytes: body,
  notes: tellFacts({ body, ...facts }),
})

/** In single quotes, as a shell takes it to the letter. */
const quoted = (text: string): string =>
  /^[\w.:/@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`

/** What it costs to have a record that is cold, and how to ask for it. */
const answerCold = (
  dataset: string,
  selector: { readonly id: string; readonly time?: string },
  problem: ApiProblem,
): Answer => {
  const quote = quoteOf(problem)
  const accept = quote === undefined ? '' : ` --quote ${quote.id}`
  const how = `--destination NAME${accept} --wait`
  const command =
    selector.time === undefined
      ? `icecore rehydrate ${dataset} ${quoted(selector.id)} ${how}`
      : `echo ${quoted(JSON.stringify(selector))} | icecore rehydrate ${dataset} --ids-file - ${how}`
  const price = quote === undefined ? '' : `${tellQuote(quote)}\n\n`
  return {
    json: { problem: problem.document, quote },
    text: '',
    notes: `${problem.title}.\n\n${price}To have it back:\n  ${command}`,
    status: EXIT.notDelivered,
  }
}

export const addGet: AddCommand = (parent, act) => {
  parent
    .command('get')
    .description('print one record: its bytes on standard output, and what is known of it on standard error')
    .argument('<dataset>', 'the dataset')
    .argument('<id>', 'the record’s id')
    .option('--time <time>', 'its time, where it is known: that is faster')
    .option('--all', 'every version, as JSON, the current one last')
    .addHelpText(
      'after',
      `
Of a record that is cold, the price of having it back is told, and the exit status is 4; of one that is not there it is 3.`,
    )
    .action(
      act(async (context, dataset: string, id: string, { time, all = false }: Options) => {
        const at = readTime('time', time)
        const when = at === undefined ? {} : { time: new Date(at).toISOString() }
        const client = await context.client()
        try {
          if (!all) return answerOne(id, await client.record(dataset, id, when))
          const found = await client.versions(dataset, id, when)
          const text = JSON.stringify(found, null, 2)
          return { json: found, text, notes: `${countOf(found.versions.length, 'version')}.` }
        } catch (error) {
          if (!(error instanceof ApiProblem) || error.name !== 'record-is-cold') throw error
          return answerCold(dataset, { id, ...when }, error)
        }
      }),
    )
}
