import * as z from 'zod'
import type { SourceRecord } from '../../demo/source/source.ts'
import type { Draw } from '../simulation/draw.ts'
import { getText } from '../support/deployed-icecore.ts'
import type { Books } from './books.ts'
import { type Client, Difference, expectAnswer } from './client.ts'

const statusSchema = z.object({
  id: z.string(),
  status: z.string(),
  reason: z.string().optional(),
  result: z
    .object({ manifest: z.string(), complete: z.boolean(), records: z.int(), digest: z.string() })
    .optional(),
})
const manifestSchema = z.object({ files: z.array(z.object({ key: z.string() })) })
/** How a body that is no JSON document of one line is delivered. */
const wrappedSchema = z.strictObject({
  id: z.string(),
  time: z.string(),
  header: z.string().nullable(),
  body: z.string(),
})

type Asked = {
  readonly key: string
  readonly request: { readonly tier: string | undefined }
  /** Bodies that must be in the answer. */
  readonly wanted: ReadonlySet<string>
  /** Nothing but the wanted may come. */
  readonly exact: boolean
  id: string | undefined
  over: boolean
}

export type Rehydrations = {
  /** Asks for some of the records that were seen in the archive. */
  ask(client: Client, now: number): Promise<void>
  /** Asks again, under the same key, for what was not answered. */
  askAgain(client: Client): Promise<void>
  /** Each that was accepted is there; what is over is compared, to the byte. Returns how many are under way. */
  review(client: Client): Promise<number>
  counts(): {
    readonly asked: number
    readonly accepted: number
    readonly compared: number
    readonly records: number
  }
}

const HOUR = 3_600_000
const YEAR = 365 * 24 * HOUR

/** Earthquakes expire after ten years. */
export const mayExpire = ({ dataset, time }: SourceRecord, now: number): boolean =>
  dataset === 'earthquakes' && time < now - 9 * YEAR

const iso = (time: number) => new Date(time).toISOString()

/** The body of a delivered line. */
export const bodyOfLine = (line: string, books: Books): string => {
  if (books.find(line) !== undefined) return line
  const wrapped = wrappedSchema.safeParse(JSON.parse(line))
  if (!wrapped.success) return line
  const { id, time, header, body } = wrapped.data
  const record = books.find(body)
  if (record !== undefined && (record.id !== id || iso(record.time) !== time || record.header !== header))
    throw new Difference(`delivered as ${line}, sent as ${JSON.stringify(record)}`)
  return body
}

/** The lines that a completed rehydration delivered. */
export const readDelivered = async (client: Client, manifest: string): Promise<string[]> => {
  const { files } = manifestSchema.parse(JSON.parse(await getText(client, client.rehydratedBucket, manifest)))
  const lines: string[] = []
  for (const { key } of files)
    for (const line of (await getText(client, client.rehydratedBucket, key)).split('\n'))
      if (line !== '') lines.push(line)
  return lines
}

export const readStatus = async (client: Client, id: string) => {
  const status = statusSchema.parse(
    expectAnswer(await client.call('GET', `/rehydrations/${id}`), 200, `rehydration ${id}`),
  )
  if (['failed', 'cancelled'].includes(status.status))
    throw new Difference(`rehydration ${id} ${status.status}: ${status.reason}`)
  return status
}

export const makeRehydrations = (books: Books, draw: Draw): Rehydrations => {
  const all: Asked[] = []
  const counts = { compared: 0, records: 0 }

  const post = async (client: Client, asked: Asked) => {
    const path = asked.request.tier === 'Expedited' ? '/rehydrations/expedited' : '/rehydrations'
    const answer = await client.call('POST', path, asked.request, { 'idempotency-key': asked.key })
    const { id } = statusSchema.parse(expectAnswer(answer, 202, `POST ${path}`))
    if (asked.id !== undefined && asked.id !== id)
      throw new Difference(`the key ${asked.key} is rehydration ${asked.id}, then ${id}`)
    asked.id = id
  }

  const pickOne = (seen: readonly SourceRecord[], record: SourceRecord, now: number) => {
    if (draw.chance(0.7)) {
      const others = Array.from({ length: draw.below(5) }, () => draw.pick(seen) ?? record)
      const records = [
        record,
        ...others.filter((other) => other.dataset === record.dataset && !mayExpire(other, now)),
      ]
      const ids = [...new Set(records)].map(({ id, time }) => ({ id, time: iso(time) }))
      return { select: { ids }, wanted: records, exact: true }
    }
    const from = Math.floor(record.time / HOUR) * HOUR
    const inHour = seen.filter(
      ({ dataset, time }) => dataset === record.dataset && time >= from && time < from + HOUR,
    )
    return { select: { from: iso(from), to: iso(from + HOUR) }, wanted: inHour, exact: false }
  }

  const compare = async (client: Client, asked: Asked, id: string, manifest: string) => {
    const bodies = (await readDelivered(client, manifest)).map((line) => bodyOfLine(line, books))
    const came = new Set(bodies)
    if (came.size < bodies.length) throw new Difference(`rehydration ${id} holds a record twice`)
    const missing = [...asked.wanted].filter((body) => !came.has(body))
    const unexpected = bodies.filter((body) => asked.exact && !asked.wanted.has(body))
    if (missing.length + unexpected.length > 0)
      throw new Difference(
        `rehydration ${id} lacks ${JSON.stringify(missing)}, and has ${JSON.stringify(unexpected)}`,
      )
    counts.compared += 1
    counts.records += bodies.length
  }

  return {
    ask: async (client, now) => {
      const seen = books.seenRecords()
      const record = draw.pick(seen)
      // what is about to expire may be gone before it is delivered
      if (record === undefined || mayExpire(record, now)) return
      const { dataset } = record
      const { select, wanted, exact } = pickOne(seen, record, now)
      const tier = draw.pick(['Expedited', 'Standard', 'Standard', 'Bulk'])
      const request = { dataset, select, tier, destination: 'analysts', format: 'ndjson' }
      const bodies = new Set(wanted.map(({ body }) => body))
      const asked: Asked = {
        key: `kill-${all.length}`,
        request,
        wanted: bodies,
        exact,
        id: undefined,
        over: false,
      }
      all.push(asked)
      await post(client, asked)
    },
    askAgain: async (client) => {
      for (const asked of all) if (asked.id === undefined || draw.chance(0.01)) await post(client, asked)
    },
    review: async (client) => {
      for (const asked of all) {
        if (asked.id === undefined || asked.over) continue
        const { status, result } = await readStatus(client, asked.id)
        if (status !== 'completed' || result === undefined) continue
        if (!result.complete) throw new Difference(`rehydration ${asked.id} is not complete`)
        await compare(client, asked, asked.id, result.manifest)
        asked.over = true
      }
      return all.filter(({ id, over }) => id !== undefined && !over).length
    },
    counts: () => ({
      asked: all.length,
      accepted: all.filter(({ id }) => id !== undefined).length,
      ...counts,
    }),
  }
}
