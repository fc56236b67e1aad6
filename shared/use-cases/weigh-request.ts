import type { IcecoreConfig } from '../domain/config.ts'
import type { Dataset } from '../domain/dataset.ts'
import { brokenCap, hasCaps, isGuarded, needsApproval, type OverCap } from '../domain/guards.ts'
import { partitionOf } from '../domain/partition.ts'
import type { Rehydration, RehydrationRequest } from '../domain/rehydration.ts'
import { NO_TERMS, type Price, type RehydrationTerms } from '../domain/rehydration-terms.ts'
import { NOTHING } from '../domain/reservations.ts'
import type { TooBroad } from './find-partitions.ts'
import { priceRequest } from './price-request.ts'
import { type ReserveDeps, reserveBudget, settleBudget } from './spend-budget.ts'
import type { SurveyDeps } from './survey-selection.ts'

export type WeighDeps = SurveyDeps & ReserveDeps & { readonly config: IcecoreConfig }

export type Refused = { readonly kind: 'over-cap'; readonly over: OverCap } | TooBroad

/** What a request costs, and what was said of it, where that was worked out already; then nothing is weighed anew. */
export type Settled = { readonly price: Price } & Pick<RehydrationTerms, 'promised' | 'cap'>

export type Weighed =
  | {
      readonly kind: 'weighed'
      readonly begin: Pick<Rehydration, 'state' | 'terms'>
      /** Takes back what was reserved, unless it has become another's. */
      readonly undo: () => Promise<unknown>
    }
  | Refused

const nothingToUndo = async () => undefined

/**
 * Decides by the dataset's guards whether a request may begin, and on which terms. What it may cost is reserved in the budget of the
 * day on which it begins: today's, or that of its approval.
 */
export const weighRequest =
  (deps: WeighDeps) =>
  async (
    id: string,
    request: RehydrationRequest,
    { name, guards }: Dataset,
    settled?: Settled,
  ): Promise<Weighed> => {
    const accepted = { name: 'accepted' } as const
    if (!isGuarded(guards))
      return {
        kind: 'weighed',
        begin: { state: accepted, terms: { ...NO_TERMS, ...settled } },
        undo: nothingToUndo,
      }
    const priced = settled ?? (await priceRequest(deps)(request))
    if ('kind' in priced && priced.kind === 'too-broad') return priced
    const { price } = priced
    // a day's caps too: what is more than all of them would never be let go on
    const over =
      brokenCap(guards.perRehydration, 'perRehydration', price) ?? brokenCap(guards.perDay, 'perDay', price)
    if (over !== undefined) return { kind: 'over-cap', over }
    const terms = { ...NO_TERMS, ...settled, price }
    if (needsApproval(guards, price))
      return {
        kind: 'weighed',
        begin: { state: { name: 'awaiting-approval' }, terms },
        undo: nothingToUndo,
      }
    if (!hasCaps(guards.perDay))
      return { kind: 'weighed', begin: { state: accepted, terms }, undo: nothingToUndo }
    const day = partitionOf(deps.now(), 'day')
    const reserved = await reserveBudget(deps)({ dataset: name, day }, id, price, guards.perDay)
    if (reserved.kind === 'over-cap') return reserved
    const { kind, attempt } = reserved
    return {
      kind: 'weighed',
      begin: { state: accepted, terms: { ...terms, reservedOn: day } },
      undo:
        kind === 'kept'
          ? nothingToUndo
          : () => settleBudget(deps.budgets)({ dataset: name, day }, { name: id, attempt, spent: NOTHING }),
    }
  }
