import { HOUR, MINUTE } from '../../../shared/domain/duration.ts'
import { Broken } from '../archive-view.ts'
import { aQuestion } from '../customer.ts'
import type { Scenario } from '../scenario.ts'
import type { World } from '../world.ts'
import { all, asked, COLD_SEGMENTS, EVERYTHING, planned, restoresOnce, thawAll } from './rehydrating.ts'

const cold = aQuestion(all, EVERYTHING)

/** Whatever is cold is asked for by a job. */
const byJobs =
  (prepare: (world: World) => Promise<unknown>) =>
  async (world: World): Promise<void> => {
    world.mood.batchThawsAbove = 0
    await prepare(world)
  }

/** A job has asked, or could not, and is over. */
const overJob =
  (jobsFail: boolean) =>
  async (world: World): Promise<void> => {
    world.mood.jobsFail = jobsFail
    await byJobs(planned(cold))(world)
    await thawAll(world.soundWorker)
    // the rehydration is not due to be checked before
    world.pass(HOUR + MINUTE)
    await world.soundWorker.use.checkRehydrations()
  }

/** S3 is asked once for each segment, in one job. */
const askedInOneJob = (world: World) => {
  restoresOnce('Standard', COLD_SEGMENTS)(world)
  const jobs = world.metered('s3.batch-job')
  if (jobs !== 1) throw new Broken(`thaws: S3 was asked for ${jobs} jobs`)
}

export const BATCHING: readonly Scenario[] = [
  {
    useCase: 'planRehydration',
    when: 'by a job',
    given: byJobs(asked(cold)),
    attempt: ({ consume }) => consume.thaw(),
    inTheEnd: askedInOneJob,
  },
  {
    useCase: 'thawTask',
    when: 'when a job asks for its segments',
    given: byJobs(planned(cold)),
    attempt: thawAll,
    inTheEnd: askedInOneJob,
  },
  {
    useCase: 'planRehydration',
    when: 'when its job is over',
    given: overJob(false),
    attempt: ({ consume }) => consume.thaw(),
    inTheEnd: askedInOneJob,
  },
  {
    useCase: 'thawTask',
    when: 'when its job could ask for nothing',
    given: overJob(true),
    attempt: thawAll,
    inTheEnd: askedInOneJob,
  },
  {
    useCase: 'planRehydration',
    when: 'when it is cancelled and its job is not over',
    given: async (world) => {
      await byJobs(planned(aQuestion({ cancelled: true }, EVERYTHING)))(world)
      await thawAll(world.soundWorker)
      const [rehydration] = await world.ports.index.newest(1)
      await world.soundWorker.use.cancelRehydration(rehydration?.id ?? '')
    },
    attempt: ({ consume }) => consume.thaw(),
  },
]
