import type { World } from '../world.ts'
import type { ManifestLine } from './read-manifest.ts'
import type { Job, Outcomes } from './stored-job.ts'

/** A job as the model works on it. */
export type JobState = {
  job: Job
  /** In the order of the manifest. */
  readonly outcomes: Outcomes[]
  /** Read again after a restart. */
  lines?: readonly ManifestLine[]
}

export const isJobOver = ({ status }: Job): boolean =>
  status === 'Complete' || status === 'Failed' || status === 'Cancelled'

/** Puts its next step on the agenda. */
export const planJob = (world: World, state: JobState): void => {
  const { id, nextAt } = state.job
  world.agenda.plan(state, nextAt === undefined ? [] : [{ at: nextAt, task: { kind: 'job', jobId: id } }])
}

export const saveJob = (world: World, state: JobState, next: Job): void => {
  state.job = next
  world.journal.save('job', next.id, next)
  planJob(world, state)
}

const outcomesId = ({ jobId, from }: Outcomes) => `${jobId}/${from}`

export const saveOutcomes = (world: World, state: JobState, outcomes: Outcomes): void => {
  state.outcomes.push(outcomes)
  world.journal.save('job-outcomes', outcomesId(outcomes), outcomes)
}

/** They are in the report by now. */
export const dropOutcomes = (world: World, state: JobState): void => {
  for (const outcomes of state.outcomes.splice(0))
    world.journal.save('job-outcomes', outcomesId(outcomes), undefined)
}
