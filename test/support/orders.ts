import type { RecordMessage } from '../../shared/use-cases/age-records.ts'
import { NOON } from './builders.ts'

/** The text of an order, as its producer wrote it. */
export const anOrder = (id: string, time = NOON, more = ''): string =>
  `{"id":${JSON.stringify(id)}, "at":"${new Date(time).toISOString()}"${more}}`

/** That many orders, a minute apart. */
export const someOrders = (count: number, time = NOON, prefix = 'o'): string[] =>
  Array.from({ length: count }, (_, index) => anOrder(`${prefix}-${index}`, time + index * 60_000))

let sent = 0

/** A message of lines of records of one dataset. */
export const aMessage = (lines: readonly string[], parts: Partial<RecordMessage> = {}): RecordMessage => {
  sent += 1
  return { messageId: `m-${sent}`, text: lines.join('\n'), dataset: 'orders', sentAt: NOON, ...parts }
}
