import { makeDigester } from '../codec/digest.ts'
import { dedupKey, type ReplayOrigin, replayAttributes, whyNotSent } from '../codec/replay-message.ts'
import { addDigests, emptyDigest } from '../domain/digest.ts'
import type { ArchiveRecord } from '../domain/record.ts'
import {
  addNotSent,
  isBehind,
  type NotSent,
  type NotSentReason,
  nothingNotSent,
  placeAfter,
  type ReplayProgress,
} from '../domain/replay-progress.ts'
import { MAX_REPLAY_BYTES, type ReplayMessage, replayBytes } from '../ports/replay.ts'

/** A record that is dealt with: sent, with what is needed for it, or named as one that no queue can carry. */
type Dealt = { readonly id: string; readonly time: number; readonly key: string } & (
  | { readonly record: ArchiveRecord; readonly message: ReplayMessage }
  // without its text, which may be as long as a body can be
  | { readonly reason: NotSentReason }
)

/** Records that are dealt with together; between one batch and the next the place is noted. */
export type ReplayBatch = readonly [Dealt, ...Dealt[]]

export const messagesOf = (batch: ReplayBatch): ReplayMessage[] =>
  batch.flatMap((dealt) => ('message' in dealt ? [dealt.message] : []))

/** Whether a record was sent, or named, on the way to the place reached, or has come in before it since. */
export const isDealtWith = (record: ArchiveRecord, progress: ReplayProgress): boolean =>
  isBehind({ id: record.id, time: record.time, key: dedupKey(record) }, progress)

/** The records that come after the place reached, in batches of at most so many records, of what one call takes. */
export async function* replayBatches(
  records: AsyncIterable<readonly ArchiveRecord[]>,
  origin: ReplayOrigin,
  { progress, size }: { readonly progress: ReplayProgress | undefined; readonly size: number },
): AsyncGenerator<ReplayBatch> {
  let batch: Dealt[] = []
  let bytes = 0
  for await (const some of records)
    for (const record of some) {
      const { id, time, body } = record
      const key = dedupKey(record)
      if (progress !== undefined && isBehind({ id, time, key }, progress)) continue
      const attributes = replayAttributes(record, origin)
      const message = { body, attributes, dedupKey: key, group: origin.dataset }
      const length = replayBytes(message)
      const reason = whyNotSent(body, length, MAX_REPLAY_BYTES)
      const added = reason === undefined ? length : 0
      const [first, ...others] = batch
      if (first !== undefined && (batch.length === size || bytes + added > MAX_REPLAY_BYTES)) {
        yield [first, ...others]
        batch = []
        bytes = 0
      }
      batch.push({ id, time, key, ...(reason === undefined ? { record, message } : { reason }) })
      bytes += added
    }
  const [first, ...others] = batch
  if (first !== undefined) yield [first, ...others]
}

/** How far it has come once a batch is sent. @param outcomes of `messagesOf` the batch. */
export const progressAfter = (
  before: ReplayProgress | undefined,
  [first, ...others]: ReplayBatch,
  outcomes: readonly ('sent' | 'refused')[],
  left: ReplayProgress['left'],
): ReplayProgress => {
  const digester = makeDigester()
  const notSent: NotSent[] = []
  const told = [...outcomes]
  const deal = (last: ReplayProgress['last'] | undefined, dealt: Dealt) => {
    const { id, time } = dealt
    if ('reason' in dealt) notSent.push({ id, time, reason: dealt.reason })
    else if (told.shift() === 'sent') digester.add(dealt.record)
    else notSent.push({ id, time, reason: 'refused' })
    return placeAfter(last, dealt)
  }
  const last = others.reduce(deal, deal(before?.last, first))
  return {
    last,
    left,
    sent: addDigests(before?.sent ?? emptyDigest, digester.value()),
    notSent: addNotSent(before?.notSent ?? nothingNotSent, notSent),
  }
}
