import { DAY, HOUR, MINUTE } from '../domain/duration.ts'
import { isToKeep, keptUntilOf, NOTICE_BEFORE } from '../domain/keep-copies.ts'
import { LONGEST_REHYDRATION, type Rehydration } from '../domain/rehydration.ts'
import { endedAt } from '../domain/rehydration-states.ts'
import type { RehydrationTask } from '../domain/rehydration-task.ts'
import { hasOpenJobs } from '../domain/thaw-batch.ts'
import type { Notices } from '../ports/notices.ts'
import type { ThawQueue } from '../ports/queues.ts'
import type { RehydrationCheck, RehydrationIndex } from '../ports/rehydrations.ts'
import { advanceStored, changeStored } from './advance-rehydration.ts'
import { mapBounded } from './bounded.ts'
import { type RaiseLateDeps, raiseLate } from './raise-late.ts'
import { CHECK_AFTER } from './request-rehydration.ts'
import { type SettleDeps, settleReservations } from './settle-reservations.ts'

export type CheckDeps = SettleDeps &
  RaiseLateDeps & {
    readonly index: RehydrationIndex
    readonly thawQueue: ThawQueue
    readonly notices: Notices
  }

const PAGE = 100
const AT_ONCE = 8
const CHECK_EVERY = 6 * HOUR
/** No sweep comes sooner. */
const CHECK_SOONEST = 15 * MINUTE

/** Since when it has had the time to get to its end: waiting for an approval takes nothing of it. */
const startedAt = ({ acceptedAt, terms }: Rehydration): number => terms.approval?.at ?? acceptedAt

/** Until when it is worth looking whether its thaws are in time; null: it is not. */
const timeOf = ({ request, state }: Rehydration, now: number): number | null => {
  const isUnderWay = state.name === 'thawing' || state.name === 'hydrating'
  return request.readyBy !== null && isUnderWay && now < request.readyBy ? request.readyBy : null
}

/**
 * The safety net below every message of a rehydration: one that is not over is planned again, which sends all of its open
 * tasks again; one that is too old fails and says what is missing; one that is over is looked at until nothing is left of it. One
 * that has a time is looked at more often, and its thaws are made faster where they would be late.
 * Before the restored copies of a completed one lapse its asker is told.
 */
export const checkRehydrations = (deps: CheckDeps) => async (): Promise<{ sent: number; failed: number }> => {
  const { rehydrations, index, taskList, thawQueue, notices, now } = deps
  const settle = settleReservations(deps)
  const raise = raiseLate(deps)
  const plan = (id: string) => thawQueue.send([{ rehydrationId: id, partition: null }])

  /**
   * Until when the restored copies of a completed one are kept, null where none are; `keeping` while an extension has still to be
   * seen to. Once it has been, that time is written down.
   */
  const lookAtCopies = async (rehydration: Rehydration): Promise<number | null | 'keeping'> => {
    const { id, state, terms } = rehydration
    if (state.name !== 'completed') return null
    if (terms.extension === null) return terms.keptUntil
    const all: RehydrationTask[] = []
    for await (const task of taskList.all(id)) all.push(task)
    if (terms.extension.until > now() && all.some((task) => isToKeep(rehydration, task))) return 'keeping'
    const keptUntil = keptUntilOf(all)
    await changeStored(rehydrations, id, (stored) =>
      stored.terms.keptUntil === keptUntil ? undefined : { ...stored, terms: { ...stored.terms, keptUntil } },
    )
    return keptUntil
  }

  /** Tells that copies lapse, if it is time to. When to look again; null: there is nothing more to tell. */
  const tellOfLapse = async ({ id, request, caller }: Rehydration, keptUntil: number | null) => {
    if (keptUntil === null || keptUntil <= now()) return null
    if (now() < keptUntil - NOTICE_BEFORE) return keptUntil - NOTICE_BEFORE
    await notices.give({
      kind: 'copies-lapse',
      rehydrationId: id,
      dataset: request.dataset,
      caller,
      keptUntil,
    })
    return null
  }

  const checkOver = async (due: RehydrationCheck, rehydration: Rehydration, since: number) => {
    const { id } = due
    await settle(rehydration)
    const copies = await lookAtCopies(rehydration)
    const hasOpen =
      copies === 'keeping' || hasOpenJobs(rehydration.terms, now()) || (await taskList.open(id, 1)).length > 0
    if (hasOpen) await plan(id)
    // who was planning it when it ended may have added a task since
    const isNew = since + CHECK_AFTER > now()
    const again = hasOpen || isNew ? now() + CHECK_AFTER : await tellOfLapse(rehydration, copies)
    await index.settle(due, again)
  }

  const whyTooOld = async ({ id, state }: Rehydration) => {
    const days = `within ${LONGEST_REHYDRATION / DAY} days`
    if (state.name === 'awaiting-approval') return `not approved ${days}`
    const open = await taskList.open(id, 10)
    return `not finished ${days}; open partitions: ${open.join(', ') || 'not planned'}`
  }

  const checkOpen = async (due: RehydrationCheck, rehydration: Rehydration): Promise<'sent' | 'waiting'> => {
    const readyBy = timeOf(rehydration, now())
    // what a job could not ask for waits until the job is known to be over
    const latest = now() + (hasOpenJobs(rehydration.terms, now()) ? CHECK_AFTER : CHECK_EVERY)
    if (readyBy === null) {
      await plan(due.id)
      // one that has a time and is not planned is looked at again before it is too late
      const isTimed = now() < (rehydration.request.readyBy ?? 0)
      await index.settle(due, isTimed ? now() + CHECK_AFTER : latest)
      return 'sent'
    }
    const { raises, lookAgainAt } = await raise(rehydration, readyBy)
    // what was sent a moment ago is not lost yet
    const isToSend = raises > 0 || startedAt(rehydration) + CHECK_AFTER <= now()
    if (isToSend) await plan(due.id)
    const soonest = Math.max(lookAgainAt ?? now() + CHECK_AFTER, now() + CHECK_SOONEST)
    await index.settle(due, Math.min(soonest, latest))
    return isToSend ? 'sent' : 'waiting'
  }

  const check = async (due: RehydrationCheck): Promise<'sent' | 'failed' | 'over' | 'waiting'> => {
    const { id } = due
    const rehydration = await rehydrations.find(id)
    if (rehydration === undefined) {
      await index.settle(due, null)
      return 'over'
    }
    const since = endedAt(rehydration.state)
    if (since !== null) {
      await checkOver(due, rehydration, since)
      return 'over'
    }
    if (startedAt(rehydration) + LONGEST_REHYDRATION <= now()) {
      const reason = await whyTooOld(rehydration)
      await advanceStored(rehydrations, id, { name: 'failed', at: now(), reason })
      await index.settle(due, now() + CHECK_AFTER)
      return 'failed'
    }
    if (rehydration.state.name === 'awaiting-approval') {
      await index.settle(due, now() + CHECK_EVERY)
      return 'waiting'
    }
    return checkOpen(due, rehydration)
  }
  const outcomes = await mapBounded(await index.due(now(), PAGE), AT_ONCE, check)
  const count = (wanted: string) => outcomes.filter((outcome) => outcome === wanted).length
  return { sent: count('sent'), failed: count('failed') }
}
