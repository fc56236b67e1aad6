import { liveCommits, liveSegments } from '../../shared/domain/commit.ts'
import { classAtAge } from '../../shared/domain/dataset.ts'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import { partitionRange } from '../../shared/domain/partition.ts'
import { removableCommits } from '../../shared/domain/plan-sweep.ts'
import { storedClass } from '../../shared/domain/plan-thaw.ts'
import type { PartitionView } from './archive-view.ts'
import type { Cloud } from './cloud.ts'
import type { Customer } from './customer.ts'
import { CONFIG } from './settings.ts'
import { type Invariant, Violation } from './violation.ts'
import type { Workers } from './workers.ts'

/** A sweep twice a day, for longer than a patrol (a week), two graces and lifecycle's lag take together. */
const ROUNDS = 28
const ROUND = 12 * HOUR
/** Lifecycle acts a day late at most, and then the sweep has to see it. */
const TO_MOVE = 3 * DAY

type Left = readonly [Invariant, string]

const leftInPartition = (
  { ref, commits, holdings, waiters }: PartitionView,
  now: number,
): readonly Left[] => {
  const dataset = CONFIG.datasets.get(ref.dataset)
  const where = `${ref.dataset} ${ref.partition}`
  const { end } = partitionRange(ref.partition)
  const live = liveSegments(commits)
  const wanted = dataset && classAtAge(dataset.classes, now - end - TO_MOVE)
  const isLate = dataset?.retention != null && end + dataset.retention + TO_MOVE < now
  const left: Left[] = []
  const still = (what: string, is: boolean) => {
    if (is) left.push(['convergence', `${where} ${what}`])
  }
  still('is not sealed', live.some(({ kind }) => kind === 'landing') && end + DAY < now)
  still('has waiters', waiters.length > 0)
  still('has not expired', isLate && liveCommits(commits).some(({ segments }) => segments.length > 0))
  still(
    `is not in ${wanted}`,
    wanted !== 'STANDARD' && live.some((segment) => storedClass(segment, holdings) === 'STANDARD'),
  )
  if (removableCommits(commits, Number.POSITIVE_INFINITY).length > 0)
    left.push(['no orphan for ever', `${where} has dead commits`])
  return left
}

const whatIsLeft = async (cloud: Cloud, customer: Customer, views: readonly PartitionView[]) => {
  const left: Left[] = views.flatMap((view) => leftInPartition(view, cloud.now()))
  for (const key of cloud.hotKeys()) left.push(['convergence', `${key} is hot`])
  for (const queue of Object.values(cloud.queues))
    if (queue.bodies().length > 0) left.push(['convergence', `the ${queue.name} queue is not empty`])
  const open = await customer.checkAnswers()
  if (open > 0) left.push(['convergence', `${open} rehydrations are not over`])
  const named = new Set(
    views.flatMap(({ commits }) =>
      commits.flatMap(({ segments }) => segments.flatMap(({ key, indexKey }) => [key, indexKey])),
    ),
  )
  for (const key of cloud.archiveKeys())
    if (!named.has(key) && !key.startsWith('quarantine/'))
      left.push(['no orphan for ever', `${key} is of no commit`])
  return left
}

/** Until no queue has a message to be seen: one task at a time. */
export const workOff = async ({ consumers }: Workers, finish: () => Promise<void>) => {
  for (let worked = true; worked; ) {
    worked = false
    for (const consume of Object.values(consumers))
      while (await consume()) {
        worked = true
        await finish()
      }
  }
}

/** With the faults off, lets time pass and the pipeline work until nothing is left to do; throws what is left after all. */
export const converge = async (deps: {
  readonly cloud: Cloud
  readonly workers: Workers
  readonly customer: Customer
  /** Runs what is under way to its end. */
  readonly finish: () => Promise<void>
  readonly check: () => Promise<readonly PartitionView[]>
}): Promise<number> => {
  const { cloud, workers, customer, finish, check } = deps
  let left: readonly Left[] = []
  for (let round = 1; round <= ROUNDS; round += 1) {
    await workers.sweep()
    await finish()
    await workOff(workers, finish)
    cloud.s3.runDue()
    left = await whatIsLeft(cloud, customer, await check())
    if (left.length === 0) return round
    cloud.clock.now += ROUND
    cloud.s3.runDue()
  }
  const [first] = left
  if (first !== undefined) throw new Violation(first[0], left.map(([, what]) => what).join('; '))
  return ROUNDS
}
