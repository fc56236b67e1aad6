import type { Rehydration } from '../domain/rehydration.ts'
import type { RehydrationStateName } from '../domain/rehydration-states.ts'
import type { RehydrationIndex, RehydrationPosition, RequestedWithin } from '../ports/rehydrations.ts'

export type RehydrationsWanted = RequestedWithin & {
  readonly status: RehydrationStateName | null
  readonly dataset: string | null
  readonly limit: number
  readonly after: RehydrationPosition | null
  readonly maySee: (rehydration: Rehydration) => boolean
}

export type RehydrationPage = {
  readonly rehydrations: readonly Rehydration[]
  /** Where the next page begins; null after the last. */
  readonly next: RehydrationPosition | null
}

/** So that what is seldom met is looked for in bounded time: a page may be short, or empty, before the end. */
const MOST_READS = 8

/** Up to `limit` rehydrations that are as wanted, newest first. */
export const listRehydrations =
  ({ index }: { readonly index: Pick<RehydrationIndex, 'newest'> }) =>
  async (wanted: RehydrationsWanted): Promise<RehydrationPage> => {
    const { status, dataset, from, to, limit, maySee } = wanted
    const isWanted = (one: Rehydration) =>
      (status === null || one.state.name === status) &&
      (dataset === null || one.request.dataset === dataset) &&
      maySee(one)
    const found: Rehydration[] = []
    let next = wanted.after
    for (let reads = 0; reads < MOST_READS; reads += 1) {
      const read = await index.newest(limit, next ?? undefined, { from, to })
      for (const one of read) {
        next = { acceptedAt: one.acceptedAt, id: one.id }
        if (isWanted(one)) found.push(one)
        if (found.length === limit) return { rehydrations: found, next }
      }
      if (read.length < limit) return { rehydrations: found, next: null }
    }
    return { rehydrations: found, next }
  }
