import { isUtf8 } from 'node:buffer'

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
export const MAX_BATCH_BYTES = 1024 * 1024
export const MAX_BATCH_MESSAGES = 10

/** A message grows to this, so that ten fill a batch; one record alone may be as long as a batch. */
const TARGET_BYTES = Math.floor(MAX_BATCH_BYTES / MAX_BATCH_MESSAGES)

export type Message = { readonly body: string; readonly bytes: number; readonly records: number }

/** A line that no message can hold. */
export type Refusal = { readonly line: number; readonly why: string }

/** A line of records, as it stands in the input; of one that is too long, its beginning and its length. */
export type InputLine = { readonly bytes: Buffer; readonly length: number }

// biome-ignore lint/suspicious/noControlCharactersInRegex: it is they that SQS refuses
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/

const refuse = ({ bytes, length }: InputLine, most: number): string | undefined => {
  if (length > most) return `it has ${length} bytes, and a message takes ${most}`
  if (!isUtf8(bytes)) return 'it is not UTF-8'
  if (FORBIDDEN.test(bytes.toString('utf8'))) return 'it has a control character, which SQS refuses'
  return undefined
}

/**
 * Packs lines into messages, in order, as many as fit; empty lines are left out. `overhead` is what a message holds besides
 * its body, in bytes, which counts.
 */
export async function* packMessages(
  chunks: AsyncIterable<readonly InputLine[]>,
  { overhead, onRefusal }: { overhead: number; onRefusal: (refusal: Refusal) => void },
): AsyncGenerator<Message, undefined> {
  const most = MAX_BATCH_BYTES - overhead
  let lines: string[] = []
  let bytes = overhead
  let number = 0
  const take = (): Message => {
    const message = { body: lines.join('\n'), bytes, records: lines.length }
    lines = []
    bytes = overhead
    return message
  }
  for await (const chunk of chunks)
    for (const line of chunk) {
      number += 1
      if (line.length === 0) continue
      const why = refuse(line, most)
      if (why !== undefined) {
        onRefusal({ line: number, why })
        continue
      }
      // with the line break between
      const grown = bytes + line.length + (lines.length > 0 ? 1 : 0)
      if (lines.length > 0 && grown > TARGET_BYTES) yield take()
      bytes += line.length + (lines.length > 0 ? 1 : 0)
      lines.push(line.bytes.toString('utf8'))
    }
  if (lines.length > 0) yield take()
}

/** As many messages together as one call of SQS takes. */
export async function* batchMessages(
  messages: AsyncIterable<Message>,
): AsyncGenerator<readonly Message[], undefined> {
  let batch: Message[] = []
  let bytes = 0
  for await (const message of messages) {
    if (
      batch.length === MAX_BATCH_MESSAGES ||
      (batch.length > 0 && bytes + message.bytes > MAX_BATCH_BYTES)
    ) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(message)
    bytes += message.bytes
  }
  if (batch.length > 0) yield batch
}
