import { open } from 'node:fs/promises'
import { makeLineScanner, splitRows } from '../../shared/codec/sources/split-rows.ts'
import type { AddCommand, Answer, CommandContext } from '../command.ts'
import { WrongUsage } from '../failure.ts'
import { batchMessages, MAX_BATCH_BYTES, packMessages, type Refusal } from '../pack-messages.ts'
import { putObject } from '../put-object.ts'
import { cannotRead } from '../selection.ts'
import { overheadOf, sendBatch } from '../send-messages.ts'
import { countOf } from '../text.ts'

type Options = { readonly object?: boolean }

const REFUSALS_SHOWN = 20

const inputOf = async (context: CommandContext, file: string): Promise<AsyncIterable<Uint8Array>> => {
  if (file === '-') return context.terminal.input()
  const handle = await open(file).catch(cannotRead(file))
  return handle.createReadStream()
}

const tell = (records: number, messages: number, dataset: string, refused: readonly Refusal[]): string => {
  const shown = refused.slice(0, REFUSALS_SHOWN).map(({ line, why }) => `line ${line} not sent: ${why}`)
  const left = refused.length - shown.length
  if (left > 0) shown.push(`and ${countOf(left, 'more line')} not sent`)
  if (refused.length > 0) shown.push('Give the file with --object, which takes every line.')
  return [
    `${countOf(records, 'record')} sent to ${dataset}, in ${countOf(messages, 'message')}.`,
    ...shown,
  ].join('\n')
}

const putRecords = async (context: CommandContext, dataset: string, file: string): Promise<Answer> => {
  const to = { ...(await context.queue('records')), dataset }
  const refused: Refusal[] = []
  const lines = splitRows(await inputOf(context, file), makeLineScanner(), MAX_BATCH_BYTES)
  const messages = packMessages(lines, {
    overhead: overheadOf(dataset),
    onRefusal: (refusal) => refused.push(refusal),
  })
  let records = 0
  let sent = 0
  try {
    for await (const batch of batchMessages(messages)) {
      await sendBatch(to, batch)
      records += batch.reduce((sum, message) => sum + message.records, 0)
      sent += batch.length
    }
  } catch (error) {
    context.progress(`The first ${countOf(records, 'record')} of ${file} are sent, and perhaps some more.`)
    throw error
  }
  return {
    json: { dataset, records, messages: sent, refused },
    text: tell(records, sent, dataset, refused),
    failed: refused.length > 0,
  }
}

export const addPut: AddCommand = (parent, act) => {
  parent
    .command('put')
    .description('send records to be archived: lines of JSON, from a file or standard input')
    .argument('<dataset>', 'the dataset')
    .argument('[file]', 'the file; - for standard input', '-')
    .option(
      '--object',
      'copy the file into the hot bucket instead: NDJSON, CSV or Parquet of any size up to 5 GB',
    )
    .addHelpText(
      'after',
      `
What is sent twice is archived once. What cannot be archived is kept with the reason: icecore quarantine list.`,
    )
    .action(
      act(async (context, name: string, file: string, { object = false }: Options) => {
        const { datasets } = await context.config()
        const dataset = datasets.get(name)
        if (dataset === undefined)
          throw new WrongUsage(
            `dataset: expected one of ${[...datasets.keys()].join(', ')}, got ${JSON.stringify(name)}`,
          )
        if (!object) return putRecords(context, name, file)
        if (file === '-') throw new WrongUsage('--object needs a file.')
        return putObject(context, dataset, file)
      }),
    )
}
