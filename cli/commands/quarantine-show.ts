import type { DeadLetter, DeadLetterObject } from '../../shared/ports/dead-letters.ts'
import type { QuarantinedItem, QuarantinedUnit } from '../../shared/ports/quarantine.ts'
import type { AddCommand, Answer } from '../command.ts'
import { findOne } from '../find-one.ts'
import { readLimit } from '../options.ts'
import { readQuarantine } from '../quarantine-ports.ts'
import { countOf, escapeControls, formatFields, formatTime } from '../text.ts'

type Options = { readonly raw?: boolean; readonly limit: string }

const timeOrNull = (time: number | null) => (time === null ? null : formatTime(time))

const again = (retriedAt: number | null): readonly (readonly [string, string])[] =>
  retriedAt === null ? [] : [['sent again', formatTime(retriedAt)]]

/** Text that ends in no newline, so that what follows stands on a line of its own. */
const showText = (text: string, raw: boolean): string => (raw ? text : escapeControls(text))

const showItem = (item: QuarantinedItem, at: number, raw: boolean): string =>
  [
    formatFields([
      [`item ${at + 1}`, item.reason],
      ['detail', item.detail],
      ['source', item.source],
      ...(item.named === undefined ? [] : [['named', item.named] as const]),
      ...(item.header === null ? [] : [['header', item.header] as const]),
      ...(item.encoding === 'utf8' ? [] : [['encoding', item.encoding] as const]),
      ...(item.cut === undefined ? [] : [['cut', 'the rest of the row is in its hot object'] as const]),
    ]),
    showText(item.text, raw),
  ].join('\n')

const showUnit = (
  { name, digest: _, ...unit }: QuarantinedUnit,
  items: readonly QuarantinedItem[],
  limit: number,
  raw: boolean,
): Answer => {
  const shown = items.slice(0, limit)
  const left = items.length - shown.length
  const facts = formatFields([
    ['unit', name],
    ['dataset', unit.dataset],
    ['source', unit.unit],
    ['kept', formatTime(unit.at)],
    ...again(unit.retriedAt),
    ['items', String(unit.items)],
  ])
  const parts = [facts, ...shown.map((item, at) => showItem(item, at, raw))]
  if (left > 0) parts.push(`${countOf(left, 'more item')}: --limit all.`)
  return {
    json: {
      kind: 'unit',
      name,
      ...unit,
      at: formatTime(unit.at),
      retriedAt: timeOrNull(unit.retriedAt),
      items: shown,
    },
    text: parts.join('\n\n'),
  }
}

const showLetter = (letter: DeadLetter, object: DeadLetterObject, raw: boolean): Answer => {
  const facts = formatFields([
    ['message', letter.messageId],
    ['queue', letter.queue],
    ['reason', letter.reason],
    ['detail', letter.detail],
    ['sent', formatTime(letter.sentAt)],
    ['kept', formatTime(letter.keptAt)],
    ...again(object.retriedAt),
    ['receives', String(letter.receives)],
    ...(letter.group === null ? [] : [['group', letter.group] as const]),
    ...letter.attributes.map(
      ({ name, stringValue, binaryValue = '' }) => [`attribute ${name}`, stringValue ?? binaryValue] as const,
    ),
  ])
  return {
    json: {
      kind: 'dead-letter',
      ...letter,
      sentAt: formatTime(letter.sentAt),
      keptAt: formatTime(letter.keptAt),
      retriedAt: timeOrNull(object.retriedAt),
    },
    text: `${facts}\n\n${showText(letter.body, raw)}`,
  }
}

export const addQuarantineShow: AddCommand = (parent, act) => {
  parent
    .command('show')
    .description('show one unit of quarantine, or one dead letter: why it is there, and its text')
    .argument('<id>', 'as `quarantine list` tells it')
    .option('--raw', 'print texts as they are, control characters and all')
    .option('--limit <count>', 'how many items of a unit at most; all for all of them', '20')
    .action(
      act(async (context, id: string, { raw = false, limit }: Options) => {
        const most = readLimit(limit)
        const from = await readQuarantine(context)
        const found = await findOne(from, id)
        if (found.kind === 'unit')
          return showUnit(found.unit, await from.objects.items(found.unit), most, raw)
        return showLetter(await from.letters.read(found.object), found.object, raw)
      }),
    )
}
