import type { Rehydration } from './rehydration.ts'
import type { RehydrationTask } from './rehydration-task.ts'

/**
 * What a rehydration has cost so far, US dollars by list price: the thaws that S3 was asked for because of it, and of all else, as far as it was
 * priced, the share of the partitions that are delivered.
 */
export const costSoFar = (
  { terms }: Pick<Rehydration, 'terms'>,
  tasks: readonly Pick<RehydrationTask, 'state' | 'paid'>[],
): number => {
  const paid = tasks.flatMap((task) => task.paid ?? [])
  const done = tasks.filter(({ state }) => state.name === 'done').length
  const share = tasks.length === 0 ? 0 : done / tasks.length
  return paid.reduce((sum, { dollars }) => sum + dollars, share * (terms.price?.fixed ?? 0))
}
