import { digestTexts } from '../codec/digest.ts'
import { readMessage } from '../codec/envelope.ts'
import { parseJsonRecord } from '../codec/parse-record.ts'
import { isRejection } from '../codec/rejection.ts'
import type { IcecoreConfig } from '../domain/config.ts'
import type { AgeMetrics } from '../ports/archive-metrics.ts'
import { type Quarantine, type QuarantinedItem, UNKNOWN_DATASET } from '../ports/quarantine.ts'
import { mapBounded } from './bounded.ts'
import { type Accepted, addToGroups, type Group } from './group-records.ts'
import { type LandDeps, landRecords } from './land-records.ts'

export type RecordMessage = {
  readonly messageId: string
  readonly text: string
  /** The message attribute `dataset`, when the sender set one. */
  readonly dataset: string | undefined
  /** When it was first sent, ms. */
  readonly sentAt: number
}

export type AgeRecordsDeps = LandDeps & {
  readonly config: IcecoreConfig
  readonly quarantine: Quarantine
  readonly metrics: AgeMetrics
}

export type AgeRecordsOutcome = {
  /** Messages all of whose records are committed or in quarantine. The others are not to be acknowledged. */
  readonly done: ReadonlySet<string>
  /** Why each of the others is not done: the first error that it met. */
  readonly failed: ReadonlyMap<string, unknown>
  readonly errors: readonly unknown[]
}

/** A step that must succeed before the messages it serves are done. */
type Step = { readonly messageIds: ReadonlySet<string>; readonly run: () => Promise<unknown> }

/** Time ran out before the message had its turn; it comes again. */
class OutOfTime extends Error {
  override readonly name = 'OutOfTime'
}

const STEPS_AT_ONCE = 8

/** So many rejected records are kept as one object: a message of 1 MiB can hold half a million. */
const REJECTED_A_UNIT = 10_000

const sortMessage = (config: IcecoreConfig, message: RecordMessage, arrived: number) => {
  const accepted: Accepted[] = []
  const rejected: QuarantinedItem[] = []
  const reject = (
    dataset: string,
    text: string,
    { reason, detail }: { reason: string; detail: string },
    named?: string,
  ) =>
    rejected.push({
      dataset,
      ...(named !== undefined && { named }),
      reason,
      detail,
      text,
      encoding: 'utf8',
      header: null,
      source: `message ${message.messageId}`,
    })
  const { records, rejections } = readMessage(message.text, message.dataset)
  for (const rejection of rejections) reject(UNKNOWN_DATASET, rejection.text, rejection)
  for (const { dataset: name, text } of records) {
    const dataset = config.datasets.get(name)
    if (dataset === undefined) {
      const known = [...config.datasets.keys()].join(', ')
      const detail = `dataset: expected one of ${known}, got ${JSON.stringify(name.slice(0, 100))}`
      reject(UNKNOWN_DATASET, text, { reason: 'unknown-dataset', detail }, name)
      continue
    }
    const parsed = parseJsonRecord(dataset, text, arrived)
    if (isRejection(parsed)) reject(dataset.name, text, parsed)
    else accepted.push({ dataset, record: parsed })
  }
  return { accepted, rejected }
}

/** Steps of messages that take few steps first: a message that is strewn over thousands of partitions waits for its neighbours. */
const inTurn = (steps: readonly Step[]): readonly Step[] => {
  const each = steps.flatMap((step) => [...step.messageIds].map((messageId) => ({ messageId, step })))
  const byMessage = [...Map.groupBy(each, ({ messageId }) => messageId).values()]
  const turns = byMessage.toSorted((a, b) => a.length - b.length)
  return [...new Set(turns.flat().map(({ step }) => step))]
}

/**
 * Ages a batch of inline records: groups them by partition, lands each group, and keeps what is malformed in quarantine.
 * One message's trouble does not hold up the others, nor does one that takes more time than there is.
 */
export const ageRecords = (deps: AgeRecordsDeps) => {
  const { config, quarantine, metrics, now } = deps
  const land = landRecords(deps)

  const landGroup = (group: Group, oldestSent: number): Step => ({
    messageIds: group.messageIds,
    run: async () => {
      const source = { kind: 'messages', count: group.messageIds.size }
      const landed = await land({ ...group, source })
      if (landed.outcome === 'already-committed') return
      metrics.aged({
        records: landed.records,
        bytes: landed.bytes,
        oldestLag: Math.max(0, now() - oldestSent),
      })
      if (landed.duplicates > 0) metrics.duplicatesDropped(landed.duplicates)
    },
  })

  const keepRejected = (
    messageId: string,
    dataset: string,
    items: readonly QuarantinedItem[],
    at: number,
  ): Step => ({
    messageIds: new Set([messageId]),
    run: async () => {
      for (let start = 0; start < items.length; start += REJECTED_A_UNIT) {
        const some = items.slice(start, start + REJECTED_A_UNIT)
        const unit = start === 0 ? `message ${messageId}` : `message ${messageId} from ${start}`
        const digest = digestTexts(some.map(({ text }) => text))
        const kept = await quarantine.keep({ dataset, unit, items: some, digest, at })
        if (kept === 'kept') metrics.quarantined(some.length)
      }
    },
  })

  return async (
    messages: readonly RecordMessage[],
    hasTime: () => boolean = () => true,
  ): Promise<AgeRecordsOutcome> => {
    const arrived = now()
    const groups = new Map<string, Group>()
    const steps: Step[] = []
    for (const message of messages) {
      const { accepted, rejected } = sortMessage(config, message, arrived)
      addToGroups(groups, message.messageId, accepted)
      for (const [dataset, items] of Map.groupBy(rejected, (item) => item.dataset))
        steps.push(keepRejected(message.messageId, dataset, items, arrived))
    }
    const oldestSent = messages.reduce((oldest, { sentAt }) => Math.min(oldest, sentAt), arrived)
    for (const group of groups.values()) steps.push(landGroup(group, oldestSent))
    const turns = inTurn(steps)
    let outOfTime: OutOfTime | undefined
    const endForLackOfTime = () => {
      outOfTime ??= new OutOfTime(`the batch takes ${steps.length} steps, more than there is time for`)
      throw outOfTime
    }
    const failed = new Map<string, unknown>()
    const errors = new Set<unknown>()
    await mapBounded(turns, STEPS_AT_ONCE, async (step) => {
      try {
        if (!hasTime()) endForLackOfTime()
        await step.run()
      } catch (error) {
        errors.add(error)
        for (const messageId of step.messageIds) if (!failed.has(messageId)) failed.set(messageId, error)
      }
    })
    // a message of nothing but blank lines has no step, and nothing to lose
    const done = new Set(
      messages.map(({ messageId }) => messageId).filter((messageId) => !failed.has(messageId)),
    )
    return { done, failed, errors: [...errors] }
  }
}
