import { createHash } from 'node:crypto'
import type { IcecoreConfig } from '../domain/config.ts'
import { columnNames } from '../domain/dataset.ts'
import { HOUR, MINUTE } from '../domain/duration.ts'
import type { Rehydration, RehydrationRequest } from '../domain/rehydration.ts'
import type { Promised } from '../domain/rehydration-terms.ts'
import { makeUlid } from '../domain/ulid.ts'
import type { Clock, Random } from '../ports/clock.ts'
import type { ThawQueue } from '../ports/queues.ts'
import type { Rehydrations } from '../ports/rehydrations.ts'
import { type AcceptDeps, type Accepted, acceptQuote } from './accept-quote.ts'
import { fingerprintOf, selectionFacts } from './fingerprint.ts'
import { type SettledTiers, type SettleTiersDeps, settleTiers } from './settle-tiers.ts'
import { type Refused, type WeighDeps, weighRequest } from './weigh-request.ts'

export type RequestDeps = WeighDeps &
  SettleTiersDeps &
  AcceptDeps & {
    readonly config: IcecoreConfig
    readonly rehydrations: Rehydrations
    readonly thawQueue: ThawQueue
    readonly now: Clock
    readonly random: Random
  }

export type Requested =
  | { readonly kind: 'accepted' | 'repeated'; readonly rehydration: Rehydration }
  | { readonly kind: 'key-reused' | 'unknown-dataset' | 'unknown-destination' }
  | Refused
  | Extract<SettledTiers, { kind: 'cannot-be-met' }>
  | Exclude<Accepted, { kind: 'accepted' }>
  | { readonly kind: 'not-for-a-queue'; readonly field: 'format' | 'compression' | 'columns' }
  | { readonly kind: 'unknown-column'; readonly position: number; readonly known: readonly string[] }

/** A rehydration that nothing has moved for this long is looked at by the sweep. */
export const CHECK_AFTER = HOUR
/** One that has a time: its thaws may have to be made faster. */
const CHECK_TIMED_AFTER = 5 * MINUTE

const ULID_TIME_BYTES = 6

/**
 * The id that a caller's idempotency key stands for: then the request and its key are one item, and one conditional write
 * decides between two that come at once.
 */
const idOfKey = (caller: string, key: string): string => {
  const bytes = createHash('sha256')
    .update(JSON.stringify([caller, key]))
    .digest()
  return makeUlid(bytes.readUIntBE(0, ULID_TIME_BYTES), (count) =>
    bytes.subarray(ULID_TIME_BYTES, ULID_TIME_BYTES + count),
  )
}

const fingerprint = ({ selection, ...rest }: RehydrationRequest): string =>
  fingerprintOf([
    rest.dataset,
    // not the tiers, which are settled anew each time that somebody asks
    rest.tier,
    rest.readyBy,
    rest.maxCostUsd,
    rest.quoteId,
    rest.destination,
    rest.format,
    rest.compression,
    rest.columns,
    rest.keepDays,
    ...selectionFacts(selection),
  ])

/** A queue is sent each record's own text; the field that asks for something else. */
const notForQueues = ({ format, compression, columns }: RehydrationRequest) => {
  if (format !== 'ndjson') return 'format'
  if (compression !== 'none') return 'compression'
  return columns === null ? undefined : 'columns'
}

type OnQuote = Extract<Accepted, { kind: 'accepted' }>
type Settled = Extract<SettledTiers, { kind: 'settled' }>

/** What a quote that was accepted has told. It has nothing for thaws of others that are to be faster. */
const promisedOn = (
  { readyBy }: OnQuote,
  settled: Settled | null,
  mayExpedite: boolean,
): Promised | undefined => {
  const times = settled?.promised ?? readyBy
  return times && { p50: times.p50, p95: times.p95, raising: 0, mayExpedite }
}

/** Who asks, under which key, and whether they may have Expedited where the tiers follow from a time or a cost. */
export type Asker = {
  readonly caller: string
  readonly idempotencyKey: string | null
  readonly mayExpedite?: boolean
}

/**
 * Writes the rehydration and sends it to be planned. The same idempotency key with the same request is the same
 * rehydration, and is sent again if it was not planned yet: its first message may have been lost. What the guards of the dataset
 * do not let pass leaves nothing behind.
 */
export const requestRehydration = (deps: RequestDeps) => {
  const { config, rehydrations, thawQueue, now, random } = deps
  const settle = settleTiers(deps)
  return async (
    request: RehydrationRequest,
    { caller, idempotencyKey, mayExpedite = false }: Asker,
  ): Promise<Requested> => {
    const dataset = config.datasets.get(request.dataset)
    if (dataset === undefined) return { kind: 'unknown-dataset' }
    const destination = config.destinations.get(request.destination)
    if (destination === undefined) return { kind: 'unknown-destination' }
    const unfit = destination.replay === undefined ? undefined : notForQueues(request)
    if (unfit !== undefined) return { kind: 'not-for-a-queue', field: unfit }
    const known = columnNames(dataset)
    const position = request.columns?.findIndex((name) => !known.includes(name)) ?? -1
    if (position >= 0) return { kind: 'unknown-column', position, known }
    const acceptedAt = now()
    const id = idempotencyKey === null ? makeUlid(acceptedAt, random) : idOfKey(caller, idempotencyKey)

    const answer = async (kind: 'accepted' | 'repeated', stored: Rehydration): Promise<Requested> => {
      if (fingerprint(stored.request) !== fingerprint(request)) return { kind: 'key-reused' }
      if (stored.state.name === 'accepted') await thawQueue.send([{ rehydrationId: id, partition: null }])
      return { kind, rehydration: stored }
    }

    // what was asked for before was weighed then
    const before = idempotencyKey === null ? undefined : await rehydrations.find(id)
    if (before !== undefined) return answer('repeated', before)
    const hasWish = request.readyBy !== null || request.maxCostUsd !== null
    const settled = hasWish ? await settle(request, mayExpedite) : null
    if (settled !== null && settled.kind !== 'settled') return settled
    const asked = settled?.request ?? request
    const { quoteId } = asked
    const accepted = quoteId === null ? null : await acceptQuote(deps)(asked, quoteId)
    if (accepted !== null && accepted.kind !== 'accepted') return accepted
    const price = accepted?.price ?? settled?.price
    const promised = accepted === null ? settled?.promised : promisedOn(accepted, settled, mayExpedite)
    const worth = price && {
      price,
      ...(promised && { promised }),
      ...(accepted && { cap: price.dollars }),
    }
    const weighed = await weighRequest(deps)(id, asked, dataset, worth)
    if (weighed.kind !== 'weighed') return weighed
    const wanted: Rehydration = { id, request: asked, caller, acceptedAt, ...weighed.begin }
    const checkAt = acceptedAt + (asked.readyBy === null ? CHECK_AFTER : CHECK_TIMED_AFTER)
    if ((await rehydrations.create(wanted, checkAt)) === 'created') return answer('accepted', wanted)
    await weighed.undo()
    const stored = await rehydrations.find(id)
    if (stored === undefined) throw new Error(`rehydration ${id} exists and cannot be found`)
    return answer('repeated', stored)
  }
}
