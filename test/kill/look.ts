import * as z from 'zod'
import { liveSegments } from '../../shared/domain/commit.ts'
import { partitionOf } from '../../shared/domain/partition.ts'
import type { Segment } from '../../shared/domain/segment.ts'
import { SegmentIsCold, SegmentIsMissing } from '../../shared/ports/segment-store.ts'
import { readSegment } from '../support/archive-facts.ts'
import { countDeadLetters, countMessages, getText, listKeys } from '../support/deployed-icecore.ts'
import type { Books, Sent } from './books.ts'
import { type Client, Difference, expectAnswer } from './client.ts'

export const DATASETS = ['flights', 'earthquakes'] as const

const entrySchema = z.object({ records: z.int(), digest: z.string() })
const ledgerSchema = z.object({
  balanced: z.boolean(),
  received: entrySchema,
  archived: entrySchema,
  duplicates: entrySchema,
  quarantined: entrySchema,
  expired: entrySchema,
})

/** A dataset's books, by the API. */
export const readLedger = async (client: Client, dataset: string) =>
  ledgerSchema.parse(
    expectAnswer(await client.call('GET', `/datasets/${dataset}/ledger`), 200, `the ledger of ${dataset}`),
  )

export type Look = {
  /** What was acknowledged is in a queue, in its hot object, in quarantine or in the archive, and the books balance. */
  round(client: Client): Promise<void>
  /** What is in quarantine now was not sent by this client. */
  passQuarantine(client: Client): Promise<void>
}

const listQuarantine = (client: Client) => listKeys(client, client.archiveBucket, 'quarantine/dataset=')

/** Why a partition may hold records of those that were sent which cannot be seen. */
type Unreadable = 'cold' | 'expired'

const DAY = 86_400_000
const RETENTION: Readonly<Record<string, number>> = { earthquakes: 3650 * DAY }

/** True when the dataset's retention has passed for the whole of the day. */
export const isExpired = (dataset: string, partition: string, now: number): boolean =>
  now - Date.parse(partition) - DAY >= (RETENTION[dataset] ?? Number.POSITIVE_INFINITY)

export const makeLook = (books: Books): Look => {
  const readSegments = new Set<string>()
  const readQuarantine = new Set<string>()
  const received = new Map<string, number>()

  const see = async (client: Client, segment: Segment): Promise<'read' | 'cold' | 'gone'> => {
    if (readSegments.has(segment.id)) return 'read'
    try {
      for (const { body } of await readSegment(client, segment)) books.see(body)
      readSegments.add(segment.id)
      return 'read'
    } catch (error) {
      if (error instanceof SegmentIsCold) return 'cold'
      if (error instanceof SegmentIsMissing) return 'gone'
      throw error
    }
  }

  /** Reads what is new in a partition: replaced segments too, which are there for a day yet. */
  const seePartition = async (client: Client, dataset: string, partition: string) => {
    const { commits } = await client.catalog.log.read({ dataset, partition })
    const live = new Set(liveSegments(commits).map(({ id }) => id))
    let cold = false
    for (const segment of commits.flatMap(({ segments }) => segments)) {
      const what = await see(client, segment)
      if (what === 'cold') cold = true
      if (what === 'gone' && live.has(segment.id))
        throw new Difference(`${segment.key} is in the catalog, and missing`)
    }
    return cold
  }

  const seeQuarantine = async (client: Client) => {
    for (const key of await listQuarantine(client)) {
      if (readQuarantine.has(key)) continue
      const [, ...items] = (await getText(client, client.archiveBucket, key)).trim().split('\n')
      for (const item of items) {
        const text = String(JSON.parse(item).text)
        if (!books.isBad(text))
          throw new Difference(`${key} holds what is a record, or was never sent: ${text}`)
        books.see(text)
      }
      readQuarantine.add(key)
    }
  }

  const seeOpen = async (client: Client) => {
    const places = new Map<string, { dataset: string; partition: string }>()
    for (const { records } of books.open())
      for (const { dataset, time, body } of records) {
        if (books.hasSeen(body)) continue
        const partition = partitionOf(time, 'day')
        places.set(`${dataset} ${partition}`, { dataset, partition })
      }
    const unreadable = new Map<string, Unreadable>()
    const now = await client.now()
    for (const [name, { dataset, partition }] of places) {
      if (await seePartition(client, dataset, partition)) unreadable.set(name, 'cold')
      if (isExpired(dataset, partition, now)) unreadable.set(name, 'expired')
    }
    return unreadable
  }

  const isFound = (sent: Sent, unreadable: ReadonlyMap<string, Unreadable>) =>
    sent.bad.every(books.hasSeen) &&
    sent.records.every(
      ({ dataset, time, body }) =>
        books.hasSeen(body) || unreadable.has(`${dataset} ${partitionOf(time, 'day')}`),
    )

  const checkKept = async (client: Client) => {
    // where things come from is counted before where they go to
    const queues = client.queues.filter(({ name }) => /-records(-dead-letters)?$/.test(name))
    const counts = await Promise.all(queues.map(({ url }) => countMessages(client, url)))
    const dead = await countDeadLetters(client, 'records')
    const waiting = counts.reduce((sum, count) => sum + count, dead)
    const hot = new Set(await listKeys(client, client.hotBucket))
    await seeQuarantine(client)
    const unreadable = await seeOpen(client)
    const open = books.open().filter((sent) => !isFound(sent, unreadable))
    const lost = open.filter(({ key }) => key !== undefined && !hot.has(key))
    if (lost.length > 0) throw new Difference(`neither hot nor archived: ${JSON.stringify(lost)}`)
    const messages = open.filter(({ key }) => key === undefined)
    if (messages.length > waiting)
      throw new Difference(
        `${messages.length} messages are not archived, ${waiting} are in the queue: ${JSON.stringify(messages)}`,
      )
  }

  const checkLedgers = async (client: Client) => {
    for (const dataset of DATASETS) {
      const ledger = await readLedger(client, dataset)
      if (!ledger.balanced) throw new Difference(`the books do not balance: ${JSON.stringify(ledger)}`)
      if (ledger.received.records < (received.get(dataset) ?? 0))
        throw new Difference(
          `${dataset}: ${received.get(dataset)} were received, now ${ledger.received.records}`,
        )
      received.set(dataset, ledger.received.records)
    }
  }

  return {
    round: async (client) => {
      await checkKept(client)
      await checkLedgers(client)
    },
    passQuarantine: async (client) => {
      for (const key of await listQuarantine(client)) readQuarantine.add(key)
    },
  }
}
