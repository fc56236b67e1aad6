import type { Rehydration } from './rehydration.ts'
import { isOver } from './rehydration-states.ts'
import type { RehydrationTask } from './rehydration-task.ts'

/**
 * When in 95 of 100 cases all is readable, by how long thaws took; null where nothing is waited for, or nobody knows yet. What was told
 * at first holds until the first of its tasks knows better.
 */
export const expectedBy = (
  { state, terms }: Rehydration,
  tasks: readonly RehydrationTask[],
): number | null => {
  if (isOver(state)) return null
  const known = tasks.flatMap((task) =>
    task.state.name === 'thawing' ? [task.state.expectedBy ?? task.state.readyBy] : [],
  )
  const isPlanned = tasks.some((task) => task.state.name === 'planned')
  const told = tasks.length === 0 || isPlanned ? [terms.promised?.p95 ?? []].flat() : []
  return [...known, ...told].reduce<number | null>((latest, at) => Math.max(latest ?? at, at), null)
}
