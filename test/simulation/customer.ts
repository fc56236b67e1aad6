import { hash } from 'node:crypto'
import * as z from 'zod'
import { unpackPart } from '../../shared/codec/unpack-part.ts'
import { isComplete } from '../../shared/domain/completeness.ts'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import {
  type Rehydration,
  type RehydrationRequest,
  type Urgency,
  withTier,
} from '../../shared/domain/rehydration.ts'
import type { RehydrationSummary } from '../../shared/domain/rehydration-states.ts'
import { RETRIEVAL_TIERS } from '../../shared/domain/storage-class.ts'
import { readCsv } from '../support/read-csv.ts'
import type { Cloud } from './cloud.ts'
import type { Draw } from './draw.ts'
import type { Functions } from './functions.ts'
import type { History } from './history.ts'
import type { Views } from './invariants.ts'
import type { Producer } from './producer.ts'
import { spanOf } from './settings.ts'
import { Violation } from './violation.ts'
import { aWish, inOrder, type Wanted, type Wish, wishForOne } from './wishes.ts'

/** Of the dataset that is kept for ever: what was there when it was asked for has to be in the answer. */
const DATASET = 'orders'

type Form = Pick<RehydrationRequest, 'destination' | 'format' | 'compression' | 'columns'>

const REPLAYED: Form = { destination: 'replay', format: 'ndjson', compression: 'none', columns: null }

/** Every format, packed or not, and the queue. */
const FORMS: readonly Form[] = [
  { destination: 'analysts', format: 'ndjson', compression: 'none', columns: null },
  { destination: 'analysts', format: 'ndjson', compression: 'gzip', columns: null },
  { destination: 'analysts', format: 'ndjson', compression: 'none', columns: ['id', 'body'] },
  { destination: 'analysts', format: 'csv', compression: 'none', columns: ['time', 'body'] },
  { destination: 'analysts', format: 'csv', compression: 'zstd', columns: ['time', 'body'] },
  REPLAYED,
  // few histories come to the middle of one, and meet a fault there
  REPLAYED,
  REPLAYED,
  REPLAYED,
  REPLAYED,
  REPLAYED,
  REPLAYED,
  REPLAYED,
  REPLAYED,
]

type Asked = {
  readonly key: string
  readonly form: Form
  readonly wish: Wish
  readonly owed: readonly Wanted[]
  /** The catalog was lost meanwhile: it cannot be held to what it owes. */
  excused: boolean
  /** Segments were damaged meanwhile: it may say that it is not complete. */
  mayLack: boolean
  /** Whether somebody wanted it cancelled, and was told that it is. */
  cancelled: 'no' | 'perhaps' | 'yes'
  /** Until when its copies are kept at least, as somebody was told. */
  keptUntil: number
}

/** Without faults the slowest thaw takes two days, and whatever else there is to do one more for each sweep. */
const LONGEST_CALM = 7 * DAY

const manifestSchema = z.object({ files: z.array(z.object({ key: z.string(), sha256: z.string() })) })
const withBody = z.object({ body: z.string() })
const wrapped = z.object({ header: z.string(), body: z.string() })

/** A line as its record's text: a row of CSV is delivered in an object, with its header. */
const bodyOf = (line: string): string => {
  const row = wrapped.safeParse(JSON.parse(line))
  return row.success ? row.data.body : line
}

const fail = (detail: string): never => {
  throw new Violation('right answers', detail)
}

const BODY = 1

const unpacked = (file: Buffer, compression: Form['compression']): string => {
  if (file.length === 0) return ''
  try {
    return unpackPart(file, compression, 2 ** 30)?.toString() ?? ''
  } catch (error) {
    return fail(`a file is not whole: ${String(error)}`)
  }
}

/** The texts of the records in a delivered file. One that only takes the place of what is no part of the answer is empty. */
const bodiesIn = (file: Buffer, { format, compression, columns }: Form): string[] => {
  const text = unpacked(file, compression)
  if (format === 'csv') return readCsv(text).map((cells) => cells[BODY] ?? '')
  const lines = text.split('\n').slice(0, -1)
  return columns === null ? lines.map(bodyOf) : lines.map((line) => withBody.parse(JSON.parse(line)).body)
}

/** A tier; or by when, or for how much, all is to be there. */
const anUrgency = (draw: Draw, now: number): Urgency => {
  const tier = withTier(draw.pick(RETRIEVAL_TIERS) ?? 'Standard')
  if (draw.chance(0.6)) return tier
  const readyBy = draw.chance(0.8) ? now + draw.below(50) * HOUR : null
  const maxCostUsd = readyBy === null || draw.chance(0.2) ? draw.below(100) / 1000 : null
  return { ...tier, tier: null, readyBy, maxCostUsd }
}

/** Asks for records, at once or as rehydrations, and looks into every answer. */
export const makeCustomer = (deps: {
  readonly cloud: Cloud
  readonly history: History
  readonly producer: Producer
  readonly views: Views
  /** True while some segment is damaged. */
  readonly hasDamage: () => boolean
}) => {
  const { cloud, history, producer, views, hasDamage } = deps
  const asked: Asked[] = []
  const ids = new Map<string, Asked>()

  const archived = () =>
    [...views.values()].filter(({ ref }) => ref.dataset === DATASET).flatMap(({ records }) => records)

  const makeWish = (draw: Draw, { destination }: Form): Wish =>
    aWish(draw, {
      now: cloud.now(),
      unit: Math.max(DAY, spanOf(history.years) / 10),
      // a queue that is sent nothing shows nothing
      greedy: history.habits.greedy || (destination === REPLAYED.destination && draw.chance(0.7)),
      one: draw.pick(archived()),
    })

  const owedOf = ({ isWanted }: Wish) => archived().filter(isWanted)

  /** The records of a limit are the first in order: none that is owed comes before one of them and is left out. */
  const checkOrder = (what: string, got: readonly Wanted[], owed: readonly Wanted[]) => {
    const last = got.reduce<Wanted | undefined>(
      (most, record) => (most === undefined || inOrder(most, record) < 0 ? record : most),
      undefined,
    )
    const all = new Set(got.map(({ body }) => body))
    for (const record of owed)
      if (last !== undefined && !all.has(record.body) && inOrder(record, last) < 0)
        fail(`${what} lacks ${record.body}, which comes before ${last.body}`)
  }

  /** Each of them once, all that were sent, and none of those that are owed missing. */
  const checkAnswer = (
    what: string,
    texts: readonly string[],
    owed: readonly Wanted[],
    { selection, isWanted }: Wish,
  ) => {
    const got = texts.map((body): Wanted => {
      const sent = producer.sent.get(`${DATASET} ${body}`)
      if (sent?.time == null) return fail(`${what} holds ${body}`)
      return { id: sent.id, time: sent.time, body }
    })
    const all = new Set(texts)
    if (all.size < texts.length) fail(`${what} holds a record twice`)
    for (const record of got) if (!isWanted(record)) fail(`${what} holds ${record.body}`)
    const { limit } = selection
    if (limit !== null && got.length >= limit) return checkOrder(what, got, owed)
    for (const { body } of owed) if (!all.has(body)) fail(`${what} lacks ${body}`)
  }

  /** What somebody was told of holds: what is cancelled stays so, and no copy is kept for less long. A catalog that was put back knows nothing of it. */
  const checkSteering = (id: string, one: Asked, stored: Rehydration | undefined) => {
    if (stored === undefined || one.excused) return
    const { state, terms } = stored
    if (state.name === 'cancelled' && one.cancelled === 'no')
      fail(`rehydration ${id} was cancelled by nobody`)
    if (state.name !== 'cancelled' && one.cancelled === 'yes')
      fail(`rehydration ${id} was cancelled and is ${state.name}`)
    if ((terms.extension?.until ?? 0) < one.keptUntil)
      fail(`rehydration ${id} is kept for less long than was said`)
  }

  const checkCompleted = (id: string, one: Asked, whole: boolean, summary: RehydrationSummary) => {
    const {
      manifest: manifestKey,
      records: { count },
    } = summary
    const owed = whole && !one.excused ? one.owed : []
    const isReplay = one.form.destination === 'replay'
    const files = cloud.deliveredKeys().filter((key) => key.includes(id) && key !== manifestKey)
    const got = isReplay
      ? cloud.replayed(id)
      : files.flatMap((key) => bodiesIn(cloud.delivered(key), one.form))
    checkAnswer(`rehydration ${id}`, got, owed, one.wish)
    const { limit } = one.wish.selection
    if (count > (limit ?? count))
      fail(`rehydration ${id} holds ${count} records, at most ${limit} were wanted`)
    // what was sent before a crash is not counted where its segment was lost right after, or where others come first by then
    const mayDiffer = !whole || one.excused || one.mayLack || limit !== null
    // nor what a worker sends of later records in its last batch, which others have gone on without
    const hasMore = isReplay && got.length > count && (mayDiffer || count >= owed.length)
    if (got.length !== count && !hasMore) fail(`rehydration ${id} counts its records wrong`)
    const manifest = manifestSchema.parse(JSON.parse(cloud.delivered(manifestKey).toString()))
    for (const { key, sha256 } of manifest.files)
      if (hash('sha256', cloud.delivered(key), 'base64') !== sha256)
        fail(`${key} is not the file that the manifest of rehydration ${id} names`)
  }

  return {
    /** From here on what was asked for so far may say that it is not complete. */
    mayLack: () => {
      for (const one of asked) one.mayLack = true
    },
    /** Nothing that was asked for so far has to be in its answer; nothing wrong may be in it all the same. */
    excuse: () => {
      for (const one of asked) one.excused = true
    },
    /** Decides what to ask for; the request may be made again under its key until it comes through. */
    ask: (key: string, draw: Draw, make: Functions['request']) => {
      const form = draw.pick(FORMS) ?? fail('there is no form')
      const wish = makeWish(draw, form)
      const one: Asked = {
        key,
        form,
        wish,
        owed: owedOf(wish),
        excused: false,
        mayLack: hasDamage(),
        cancelled: 'no',
        keptUntil: 0,
      }
      asked.push(one)
      const request: RehydrationRequest = {
        dataset: DATASET,
        selection: wish.selection,
        ...anUrgency(draw, cloud.now()),
        ...form,
        keepDays: draw.chance(0.5) ? 1 + draw.below(5) : null,
      }
      return async () => {
        const asker = { caller: 'customer', idempotencyKey: key, mayExpedite: true }
        const requested = await make(request, asker)
        // what is too late or too dear is asked for by nobody
        if (requested.kind === 'cannot-be-met') return
        if (!('rehydration' in requested)) return fail(`${key} was refused: ${requested.kind}`)
        ids.set(requested.rehydration.id, one)
      }
    },
    /** Keeps the copies of a rehydration for longer; undefined when there is none. */
    extend: (draw: Draw, make: Functions['extend']) => {
      const [id, one] = draw.pick([...ids]) ?? []
      if (id === undefined || one === undefined) return undefined
      const days = 1 + draw.below(9)
      return async () => {
        const answer = await make(id, days)
        if (answer?.kind !== 'extended') return
        one.keptUntil = Math.max(one.keptUntil, answer.rehydration.terms.extension?.until ?? 0)
      }
    },
    /** Wants a rehydration no longer; undefined when there is none. */
    cancel: (draw: Draw, make: Functions['cancel']) => {
      const [id, one] = draw.pick([...ids]) ?? []
      if (id === undefined || one === undefined) return undefined
      return async () => {
        if (one.cancelled === 'no') one.cancelled = 'perhaps'
        if ((await make(id))?.kind === 'cancelled') one.cancelled = 'yes'
      }
    },
    /** Reads one record now; undefined when there is none yet. */
    read: (draw: Draw, find: Functions['find']) => {
      const one = draw.pick(archived())
      if (one === undefined) return undefined
      const selector = { id: one.id, time: draw.chance(0.5) ? one.time : null }
      const wish = wishForOne(selector)
      const owed = owedOf(wish)
      return async () => {
        const answer = await find(DATASET, selector)
        if (answer.kind !== 'searched') return
        const got = answer.records.map(({ body }) => body)
        const whole = isComplete(answer.completeness)
        checkAnswer(`the answer to ${one.id}`, got, whole ? owed : [], wish)
      }
    },
    /**
     * Looks into the files of every rehydration that is completed. Answers how many are not over.
     * @param calmSince when the faults ended: after that, none may run out of time that had enough of it.
     */
    checkAnswers: async (calmSince: number): Promise<number> => {
      let open = 0
      for (const [id, one] of ids) {
        const stored = await cloud.ports.rehydrations.find(id)
        const state = stored?.state
        // the catalog was lost, and rehydrations with it
        if (state === undefined && one.excused) continue
        checkSteering(id, one, stored)
        if (state?.name === 'cancelled') continue
        if (state?.name === 'failed') {
          const isLate = state.reason.startsWith('not finished within')
          if (!isLate || state.failedAt > calmSince + LONGEST_CALM)
            fail(`rehydration ${id} failed: ${state.reason}`)
        }
        if (state?.name !== 'completed') {
          open += state?.name === 'failed' ? 0 : 1
          continue
        }
        const whole = isComplete(state.summary.completeness)
        if (!whole && !one.excused && !one.mayLack) fail(`rehydration ${id} is not complete`)
        checkCompleted(id, one, whole, state.summary)
      }
      return open
    },
  }
}

export type Customer = ReturnType<typeof makeCustomer>
