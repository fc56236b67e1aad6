import { isDeepStrictEqual } from 'node:util'
import * as z from 'zod'
import { formatDigest } from '../../domain/digest.ts'
import { COMPRESSIONS, FORMATS, type Rehydration } from '../../domain/rehydration.ts'
import { NO_TERMS } from '../../domain/rehydration-terms.ts'
import { JOB_TIERS, RETRIEVAL_TIERS, tiersOf } from '../../domain/storage-class.ts'
import { madeOnce } from './made-once.ts'
import { canonical, completeness, count, digest } from './rehydration-item-parts.ts'
import { storedFilterSchema } from './stored-filter.ts'

/** Shapes of the item of a rehydration, whose tasks lie under the same `pk`; private to the adapters of this folder. */

export const rehydrationPk = (id: string): string => `R#${id}`
export const REHYDRATION = 'rehydration'
export const CHECK = 'check'

/** Pools of the `due` index: every rehydration by the time it was accepted, and those to check on. */
export const ALL_POOL = 'rehydrations'
export const CHECK_POOL = 'rehydrations-open'

const rehydrationSchema = madeOnce(() => {
  const rehydrationState = z.discriminatedUnion('name', [
    z.object({ name: z.literal('awaiting-approval') }),
    z.object({ name: z.literal('accepted') }),
    z.object({ name: z.literal('thawing'), plannedAt: z.int() }),
    z.object({ name: z.literal('hydrating'), plannedAt: z.int(), hydratingAt: z.int() }),
    z.object({
      name: z.literal('completed'),
      plannedAt: z.int(),
      readableAt: z.int(),
      completedAt: z.int(),
      summary: z.object({
        files: count,
        bytes: count,
        records: digest,
        completeness,
        notFound: count.nullable(),
        notSent: count.exactOptional(),
        manifest: z.string(),
      }),
    }),
    z.object({ name: z.literal('failed'), failedAt: z.int(), reason: z.string() }),
    z.object({ name: z.literal('cancelled'), cancelledAt: z.int() }),
  ])

  /** Items of the version before have neither. */
  const narrowing = {
    where: storedFilterSchema.nullable().default(null),
    limit: count.nullable().default(null),
  }

  const selection = z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('ids'),
      ids: z.array(z.object({ id: z.string(), time: z.int().nullable() })),
      ...narrowing,
    }),
    z.object({ kind: z.literal('range'), from: z.int(), to: z.int(), ...narrowing }),
  ])

  const tier = z.enum(RETRIEVAL_TIERS)
  const jobEnd = z.object({ at: z.int(), requested: count, failed: count, reason: z.string().nullable() })
  const batch = z.object({
    decidedAt: z.int(),
    after: z.string().nullable(),
    jobs: z
      .array(
        z.object({
          name: z.string(),
          tier: z.enum(JOB_TIERS),
          days: z.int(),
          segments: count,
          manifest: z.object({ key: z.string(), version: z.string() }),
          plannedAt: z.int(),
          id: z.string().nullable(),
          end: jobEnd.nullable(),
        }),
      )
      .readonly(),
  })

  const terms = z.object({
    price: z.object({ dollars: z.number(), bytes: count, fixed: z.number().optional() }).nullable(),
    reservedOn: z.string().nullable(),
    approval: z.object({ by: z.string(), at: z.int() }).nullable(),
    extension: z
      .object({
        keepDays: z.int(),
        at: z.int(),
        until: z.int(),
        dollars: z.number(),
        // items of before it was counted have none
        before: z.number().optional(),
        reservedOn: z.string().nullable(),
      })
      .nullable(),
    keptUntil: z.int().nullable(),
    // missing in items of before there were any
    promised: z
      .object({ p50: z.int(), p95: z.int(), raising: z.number(), mayExpedite: z.boolean() })
      .optional(),
    cap: z.number().optional(),
    raising: z.object({ at: z.int(), dollars: z.number(), reservedOn: z.string().nullable() }).optional(),
    batch: batch.optional(),
  })

  return z.object({
    id: z.string(),
    request: z
      .object({
        dataset: z.string(),
        selection,
        tier: tier.nullable(),
        // what was not stored before there were quotes to accept
        tiers: z.object({ GLACIER: tier, DEEP_ARCHIVE: tier }).optional(),
        readyBy: z.int().nullable().default(null),
        maxCostUsd: z.number().nullable().default(null),
        quoteId: z.string().nullable().default(null),
        destination: z.string(),
        format: z.enum(FORMATS),
        // items of before there was a choice have neither
        compression: z.enum(COMPRESSIONS).default('none'),
        columns: z.array(z.string()).nullable().default(null),
        keepDays: z.int().nullable(),
      })
      .transform(({ tiers, ...rest }) => ({ ...rest, tiers: tiers ?? tiersOf(rest.tier ?? 'Standard') })),
    caller: z.string(),
    acceptedAt: z.int(),
    state: rehydrationState,
    // items of before there were terms have none
    terms: terms.default(NO_TERMS),
  })
})

export const rehydrationFromItem = (item: unknown): Rehydration => rehydrationSchema().parse(item)

const storedState = ({ state }: Rehydration) =>
  state.name === 'completed'
    ? { ...state, summary: { ...state.summary, records: formatDigest(state.summary.records) } }
    : state

/**
 * Compared on every change: state and terms are the whole of what changes about a rehydration. One without terms bears the
 * stamp that it had before there were any.
 */
export const rehydrationStamp = (rehydration: Rehydration): string => {
  const state = storedState(rehydration)
  const { terms } = rehydration
  const isPlain = isDeepStrictEqual(terms, NO_TERMS)
  return JSON.stringify(canonical(isPlain ? state : { state, terms }))
}

const storedRequest = ({ request }: Rehydration) => ({
  ...request,
  selection: {
    ...request.selection,
    where: request.selection.where && JSON.stringify(request.selection.where),
  },
})

export const rehydrationToItem = (rehydration: Rehydration) => ({
  ...rehydration,
  request: storedRequest(rehydration),
  pk: rehydrationPk(rehydration.id),
  sk: REHYDRATION,
  duePool: ALL_POOL,
  dueAt: rehydration.acceptedAt,
  state: storedState(rehydration),
  stamp: rehydrationStamp(rehydration),
})
