import type { SourceRecord } from '../../demo/source/source.ts'
import { digestRecords } from '../../shared/codec/digest.ts'
import { formatDigest } from '../../shared/domain/digest.ts'
import { partitionOf } from '../../shared/domain/partition.ts'
import { SegmentIsCold } from '../../shared/ports/segment-store.ts'
import { digestOf, readSegment, segmentsOf } from '../support/archive-facts.ts'
import { drain } from '../support/deployed-icecore.ts'
import type { Books } from './books.ts'
import { type Client, Difference, expectAnswer } from './client.ts'
import { DATASETS, isExpired, type Look, readLedger } from './look.ts'
import { bodyOfLine, type Rehydrations, readDelivered, readStatus } from './rehydrations.ts'

export type WholeDeps = { readonly books: Books; readonly look: Look; readonly rehydrations: Rehydrations }

const isSealed = async (client: Client) => {
  const segments = await Promise.all(DATASETS.map((dataset) => segmentsOf(client, dataset)))
  return segments.flat().every(({ kind }) => kind === 'sealed')
}

/** What of a dataset could be read: each record once, and those that lie in a second segment besides; and segments that are cold. */
type Readable = {
  readonly once: ReadonlyMap<string, SourceRecord>
  readonly again: readonly SourceRecord[]
  readonly cold: number
}

/**
 * Each segment that can be read holds what the catalog says, each record once, and all of it was sent. A repeat that came when its
 * partition was no longer in STANDARD has a segment of its own: every reader drops it.
 */
const readArchive = async (client: Client, dataset: string, books: Books): Promise<Readable> => {
  const once = new Map<string, SourceRecord>()
  const again: SourceRecord[] = []
  let cold = 0
  for (const segment of await segmentsOf(client, dataset)) {
    const records = await readSegment(client, segment).catch((error: unknown) => {
      if (!(error instanceof SegmentIsCold)) throw error
      cold += 1
      return []
    })
    if (records.length > 0 && formatDigest(digestOf(records)) !== formatDigest(segment.records))
      throw new Difference(`${segment.key} is not what the catalog says`)
    const bodies = new Set(records.map(({ body }) => body))
    if (bodies.size < records.length) throw new Difference(`${segment.key} holds a record twice`)
    for (const body of bodies) {
      const record = books.find(body)
      if (record === undefined) throw new Difference(`${segment.key} holds what was never sent: ${body}`)
      if (once.has(body)) again.push(record)
      else once.set(body, record)
    }
  }
  return { once, again, cold }
}

/** Lets everything come to rest, and compares all that can be read. */
export const compareReadable = async (client: Client, { books, look, rehydrations }: WholeDeps) => {
  await drain(client, async () => (await rehydrations.review(client)) === 0 && (await isSealed(client)))
  await look.round(client)
  for (const dataset of DATASETS) await readArchive(client, dataset, books)
}

const rehydrateAll = async (client: Client, dataset: string) => {
  const select = { from: '1971-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' }
  // long enough to read the segments themselves afterwards
  const request = {
    dataset,
    select,
    tier: 'Standard',
    destination: 'analysts',
    format: 'ndjson',
    keepDays: 20,
  }
  const { id } = expectAnswer(await client.call('POST', '/rehydrations', request), 202, 'POST /rehydrations')
  const isOver = async () => (await readStatus(client, id)).status === 'completed'
  await drain(client, isOver)
  const { result } = await readStatus(client, id)
  if (result === undefined || !result.complete)
    throw new Difference(`the rehydration of all ${dataset} is not complete`)
  return { digest: result.digest, lines: await readDelivered(client, result.manifest) }
}

/**
 * Rehydrates all of a dataset, and reads the segments themselves. One that was read where it lay may have been moved to a colder
 * class since: from there it is thawed.
 */
const bringBack = async (client: Client, dataset: string, books: Books) => {
  for (let tries = 0; tries < 5; tries += 1) {
    const delivered = await rehydrateAll(client, dataset)
    const stored = await readArchive(client, dataset, books)
    if (stored.cold === 0) return { ...delivered, stored }
  }
  throw new Difference(`${dataset}: its segments grow cold as fast as they are thawed`)
}

type CameBack = {
  readonly came: ReadonlyMap<string, SourceRecord>
  readonly digest: string
  readonly gone: number
  readonly stored: Readable
}

const compareBooks = async (client: Client, dataset: string, { came, digest, gone, ...back }: CameBack) => {
  const { once, again } = back.stored
  const { archived, expired } = await readLedger(client, dataset)
  const sent = formatDigest(digestRecords(came.values()))
  const stored = formatDigest(digestRecords(once.values()))
  const booked = formatDigest(digestRecords([...once.values(), ...again]))
  if (sent !== digest || sent !== stored || booked !== archived.digest)
    throw new Difference(
      `${dataset}: sent ${sent}, delivered ${digest}, stored ${stored}, with repeats ${booked}, the books say ${archived.digest}`,
    )
  if (gone > expired.records)
    throw new Difference(`${gone} ${dataset} are gone, the books say that ${expired.records} have expired`)
}

/**
 * Brings every record back, whatever its storage class, and compares: all that was acknowledged and has not expired, each once, to
 * the byte, and nothing else; and the books say the same. Returns how many records came.
 */
export const compareAll = async (
  client: Client,
  books: Books,
  before: readonly SourceRecord[],
): Promise<number> => {
  let count = 0
  for (const dataset of DATASETS) {
    const { digest, lines, stored } = await bringBack(client, dataset, books)
    const came = new Map(
      lines.map((line) => {
        const body = bodyOfLine(line, books)
        const record = books.find(body)
        if (record === undefined) throw new Difference(`what was never sent came back: ${line}`)
        return [body, record]
      }),
    )
    if (came.size < lines.length)
      throw new Difference(`${lines.length} lines came back, ${came.size} of them differ`)
    const promised = [
      ...before.filter((record) => record.dataset === dataset),
      ...[...books.acknowledged()].map(books.find).filter((record) => record?.dataset === dataset),
    ].filter((record) => record !== undefined)
    const now = await client.now()
    const gone = promised.filter(({ body }) => !came.has(body))
    const missing = gone.filter(({ time }) => !isExpired(dataset, partitionOf(time, 'day'), now))
    if (missing.length > 0) throw new Difference(`did not come back: ${JSON.stringify(missing)}`)
    await compareBooks(client, dataset, { came, digest, gone: gone.length, stored })
    count += lines.length
  }
  return count
}
