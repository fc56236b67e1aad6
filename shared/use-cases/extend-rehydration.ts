import { guardsOf, type IcecoreConfig } from '../domain/config.ts'
import { DAY } from '../domain/duration.ts'
import { brokenCap, type Guards, hasCaps, type OverCap } from '../domain/guards.ts'
import { extensionDollars, priceKeeping } from '../domain/keep-copies.ts'
import { partitionOf } from '../domain/partition.ts'
import { costAtMost } from '../domain/plan-raises.ts'
import type { Rehydration } from '../domain/rehydration.ts'
import { isOver } from '../domain/rehydration-states.ts'
import type { Extension, Price } from '../domain/rehydration-terms.ts'
import { extensionName, NOTHING } from '../domain/reservations.ts'
import type { ThawQueue } from '../ports/queues.ts'
import type { RehydrationChecks, Rehydrations } from '../ports/rehydrations.ts'
import { changeStored } from './advance-rehydration.ts'
import type { TooBroad } from './find-partitions.ts'
import { selectSegments } from './price-request.ts'
import { CHECK_AFTER } from './request-rehydration.ts'
import { type ReserveDeps, reserveBudget, settleBudget } from './spend-budget.ts'
import type { SurveyDeps } from './survey-selection.ts'

export type ExtendDeps = SurveyDeps &
  ReserveDeps & {
    readonly config: IcecoreConfig
    readonly rehydrations: Rehydrations
    readonly checks: RehydrationChecks
    readonly thawQueue: ThawQueue
  }

export type Extended =
  | { readonly kind: 'extended' | 'over' | 'awaiting-approval'; readonly rehydration: Rehydration }
  | { readonly kind: 'over-cap'; readonly over: OverCap }
  | TooBroad

const canBeExtended = ({ state }: Rehydration): boolean =>
  state.name !== 'awaiting-approval' && (!isOver(state) || state.name === 'completed')

/** What an extension breaks, together with what the rehydration costs without it: its price, raises, and earlier extensions. */
const broken = (guards: Guards, rehydration: Rehydration, dollars: number): OverCap | undefined => {
  const { terms } = rehydration
  const before = (costAtMost(rehydration) ?? 0) + extensionDollars(rehydration)
  const all: Price = { dollars: before + dollars, bytes: 0 }
  const over = brokenCap(guards.perRehydration, 'perRehydration', all)
  const limit = guards.approvalAboveUsd
  // there is nobody to ask: what is this dear is asked for as a rehydration of its own
  if (over !== undefined || terms.approval !== null || limit === null || all.dollars <= limit) return over
  return { cap: 'guards.approvalAboveUsd', limit, asked: all.dollars, left: limit }
}

/**
 * Keeps the restored copies of a rehydration that is under way or completed for `keepDays` from now on at least. The time is written
 * down and then seen to, partition by partition, through the thaw queue; the sweep's check sends what was lost again.
 * Undefined: there is none of that id.
 */
export const extendRehydration = (deps: ExtendDeps) => {
  const { config, rehydrations, checks, thawQueue, budgets, now } = deps

  const refuse = (rehydration: Rehydration): Extended => ({
    kind: isOver(rehydration.state) ? 'over' : 'awaiting-approval',
    rehydration,
  })

  return async (id: string, keepDays: number): Promise<Extended | undefined> => {
    const found = await rehydrations.find(id)
    if (found === undefined) return undefined
    if (!canBeExtended(found)) return refuse(found)
    const at = now()
    const until = at + keepDays * DAY
    const selected = await selectSegments(deps)(found.request)
    if ('kind' in selected) return selected
    const { dataset } = found.request
    const guards = guardsOf(config, dataset)
    const dollars = priceKeeping(selected.segments, selected.holdings, { until, now: at })
    const over = broken(guards, found, dollars)
    if (over !== undefined) return { kind: 'over-cap', over }

    const day = partitionOf(at, 'day')
    const name = extensionName(id, at)
    const caps = hasCaps(guards.perDay) ? guards.perDay : null
    const reserved = caps && (await reserveBudget(deps)({ dataset, day }, name, { dollars, bytes: 0 }, caps))
    if (reserved?.kind === 'over-cap') return reserved

    const extension: Extension = { keepDays, at, until, dollars, reservedOn: reserved && day }
    // first: an extension that nobody looks after might never be seen to
    await checks.expect(id, at + CHECK_AFTER)
    let overByNow: OverCap | undefined
    const changed = await changeStored(rehydrations, id, (stored) => {
      overByNow = undefined
      // windows only grow
      if (!canBeExtended(stored) || (stored.terms.extension?.until ?? 0) >= until) return undefined
      // by another extension, or by raises, since it was looked at
      overByNow = broken(guards, stored, dollars)
      if (overByNow !== undefined) return undefined
      const before = extensionDollars(stored)
      return { ...stored, terms: { ...stored.terms, extension: { ...extension, before } } }
    })
    if (reserved?.kind === 'reserved' && changed?.changed !== true)
      await settleBudget(budgets)({ dataset, day }, { name, attempt: reserved.attempt, spent: NOTHING })
    if (changed === undefined) return undefined
    if (overByNow !== undefined) return { kind: 'over-cap', over: overByNow }
    if (!canBeExtended(changed.rehydration)) return refuse(changed.rehydration)
    await thawQueue.send([{ rehydrationId: id, partition: null }])
    return { kind: 'extended', rehydration: changed.rehydration }
  }
}
