import * as z from 'zod'
import { UNREAD_REASONS } from '../../domain/completeness.ts'
import { formatDigest } from '../../domain/digest.ts'
import type { RehydrationTask } from '../../domain/rehydration-task.ts'
import { NOT_SENT_REASONS } from '../../domain/replay-progress.ts'
import { RETRIEVAL_TIERS, STORAGE_CLASSES } from '../../domain/storage-class.ts'
import { madeOnce } from './made-once.ts'
import { canonical, completeness, count, digest } from './rehydration-item-parts.ts'
import { rehydrationPk } from './rehydration-items.ts'

/** Shapes of the items of a rehydration's tasks, which lie under its `pk`; private to the adapters of this folder. */

export const TASK = 'task#'
export const OPEN = 'open#'

const taskSchema = madeOnce(() => {
  const tier = z.enum(RETRIEVAL_TIERS)

  const replaySchema = z.object({
    last: z.object({ id: z.string(), time: z.int(), keys: z.array(z.string()) }),
    sent: digest,
    left: z.array(z.object({ segmentId: z.string(), reason: z.enum(UNREAD_REASONS) })),
    notSent: z.object({
      count,
      named: z.array(z.object({ id: z.string(), time: z.int(), reason: z.enum(NOT_SENT_REASONS) })),
    }),
  })

  return z.object({
    partition: z.string(),
    thawedAsStandard: z.array(z.string()),
    state: z.discriminatedUnion('name', [
      z.object({ name: z.literal('planned') }),
      z.object({
        name: z.literal('thawing'),
        since: z.int(),
        segments: count,
        readyBy: z.int(),
        expectedBy: z.int().optional(),
      }),
      z.object({
        name: z.literal('hydrating'),
        attempt: z.string(),
        claimedAt: z.int(),
        readableAt: z.int(),
      }),
      z.object({
        name: z.literal('done'),
        readableAt: z.int(),
        doneAt: z.int(),
        result: z.object({
          file: z.object({ key: z.string(), bytes: count, sha256: z.string() }).nullable(),
          records: digest,
          completeness,
          found: z.array(count),
          coldest: z.enum(STORAGE_CLASSES),
          keptUntil: z.int().optional(),
          segmentBytes: count.optional(),
        }),
        kept: z.object({ for: z.int(), until: z.int().nullable(), lapsed: count }).optional(),
      }),
    ]),
    paid: z
      .array(z.object({ segmentId: z.string(), requestedAt: z.int(), dollars: z.number() }))
      .exactOptional(),
    raises: z.array(z.object({ segmentId: z.string(), to: tier, dollars: z.number() })).exactOptional(),
    replay: replaySchema.exactOptional(),
    // of most partitions nothing is ever paid
    allowance: z
      .object({
        dollars: z.number(),
        spent: z.number().default(0),
        since: z.int().nullable().default(null),
        paid: z.string().default(''),
      })
      .exactOptional(),
  })
})

export const taskFromItem = (item: unknown): RehydrationTask => taskSchema().parse(item)

const storedTaskState = ({ state }: RehydrationTask) =>
  state.name === 'done'
    ? { ...state, result: { ...state.result, records: formatDigest(state.result.records) } }
    : state

/** Without a member where nothing was sent, as in the items of before anything could be. */
const storedReplay = ({ replay }: RehydrationTask) =>
  replay === undefined ? {} : { replay: { ...replay, sent: formatDigest(replay.sent) } }

/** Without a member where no quote was accepted; short where nothing was paid, in the stamp too: so most items are of one write unit. */
const storedAllowance = ({ allowance }: RehydrationTask) => {
  if (allowance === undefined) return {}
  const { dollars, since } = allowance
  return { allowance: since === null ? { dollars } : allowance }
}

export const taskStamp = (task: RehydrationTask): string =>
  JSON.stringify(
    canonical({
      state: storedTaskState(task),
      thawedAsStandard: task.thawedAsStandard,
      ...(task.raises && { raises: task.raises }),
      ...(task.paid && { paid: task.paid }),
      ...storedReplay(task),
      ...storedAllowance(task),
    }),
  )

export const taskToItem = (rehydrationId: string, task: RehydrationTask) => ({
  ...task,
  pk: rehydrationPk(rehydrationId),
  sk: `${TASK}${task.partition}`,
  state: storedTaskState(task),
  ...storedReplay(task),
  ...storedAllowance(task),
  stamp: taskStamp(task),
})
