import { liveCommits, liveSegments } from '../../shared/domain/commit.ts'
import { classAtAge } from '../../shared/domain/dataset.ts'
import { DAY } from '../../shared/domain/duration.ts'
import { partitionRange } from '../../shared/domain/partition.ts'
import { removableCommits } from '../../shared/domain/plan-sweep.ts'
import { storedClass } from '../../shared/domain/plan-thaw.ts'
import type { StorageClass } from '../../shared/domain/storage-class.ts'
import { hasOpenJobs } from '../../shared/domain/thaw-batch.ts'
import type { PartitionView } from './archive-view.ts'
import type { Cloud } from './cloud.ts'
import type { Customer } from './customer.ts'
import { makeDraw } from './draw.ts'
import type { Functions } from './functions.ts'
import type { Views } from './invariants.ts'
import { waitingLetters } from './letters.ts'
import { type Invariant, Violation } from './violation.ts'
import type { Workers } from './workers.ts'

/** Longer than a patrol (a week), two graces and lifecycle's lag take together. */
const LONGEST = 14 * DAY
/** From one sweep to the next: far longer than in a deployment. */
const ROUND = DAY
/** Lifecycle acts a day late at most, and then the sweep has to see it. */
const TO_MOVE = 3 * DAY

/** What the archive bucket holds besides segments. */
const SEPARATE = /^(quarantine|catalog|reports|thaws)\//

type Left = readonly [Invariant, string]

const leftInPartition = (
  cloud: Cloud,
  { ref, commits, holdings, waiters }: PartitionView,
): readonly Left[] => {
  const now = cloud.now()
  const dataset = cloud.config.datasets.get(ref.dataset)
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

const whatIsLeft = async (cloud: Cloud, customer: Customer, views: Views, since: number) => {
  const left: Left[] = []
  const named = new Set<string>()
  const classes = new Map<string, StorageClass>()
  for (const { ref } of views.values()) {
    // holdings and waiters change without a change of what is archived
    const view = { ...views.get(`${ref.dataset} ${ref.partition}`), ...(await cloud.ports.log.read(ref)) }
    left.push(...leftInPartition(cloud, { ...view, ref } as PartitionView))
    for (const segment of view.commits.flatMap(({ segments }) => segments)) {
      named.add(segment.key).add(segment.indexKey)
      classes.set(segment.key, storedClass(segment, view.holdings))
    }
  }
  for (const key of cloud.hotKeys()) left.push(['convergence', `${key} is hot`])
  for (const queue of Object.values(cloud.queues))
    if (queue.bodies().length > 0) left.push(['convergence', `the ${queue.name} queue is not empty`])
  const open = await customer.checkAnswers(since)
  if (open > 0) left.push(['convergence', `${open} rehydrations are not over`])
  for (const { id, terms } of await cloud.ports.index.newest(100))
    if (hasOpenJobs(terms, cloud.now()))
      left.push(['convergence', `rehydration ${id} has jobs that are not over`])
  for (const { key, storageClass } of cloud.archived()) {
    const known = classes.get(key)
    if (known !== undefined && known !== storageClass)
      left.push(['catalog truth', `${key} is in ${storageClass}, the catalog says ${known}`])
    if (!named.has(key) && !SEPARATE.test(key)) left.push(['no orphan for ever', `${key} is of no commit`])
  }
  return left
}

/** Messages that are worked on at one moment: more of them are going in circles. */
const MOST_TASKS = 500

/** Until no queue has a message to be seen: one task at a time. */
export const workOff = async (
  { queues }: Cloud,
  { consumers, names }: Workers,
  cause: string,
  finish: () => Promise<void>,
) => {
  const draw = makeDraw(0)
  let count = 0
  for (let worked = true; worked; ) {
    worked = false
    for (const name of names)
      while (queues[name].isVisible() && (await consumers[name](`${cause}.${count}`, draw))) {
        count += 1
        worked = true
        await finish()
        if (count > MOST_TASKS) throw new Violation('convergence', `the ${name} queue is never empty`)
      }
  }
}

/** With the faults off, lets time pass and the pipeline work until nothing is left to do; throws what is left after all. */
export const converge = async (deps: {
  readonly cloud: Cloud
  readonly workers: Workers
  readonly customer: Customer
  readonly functions: Functions
  readonly views: Views
  readonly audited: boolean
  /** Runs what is under way to its end. */
  readonly finish: () => Promise<void>
}): Promise<void> => {
  const { cloud, workers, customer, functions, views, audited, finish } = deps
  const retryLetters = async (cause: string) => {
    for (const letter of await waitingLetters(cloud)) {
      await workers.start('retry', `${cause} ${letter.messageId}`, () => functions.retryDead(letter))
      await finish()
    }
  }
  const since = cloud.now()
  for (let round = 1; ; round += 1) {
    const cause = `end${round}`
    await workers.sweep(cause)
    await finish()
    await workOff(cloud, workers, cause, finish)
    await retryLetters(cause)
    await workOff(cloud, workers, `${cause}again`, finish)
    cloud.s3.runDue()
    const left = await whatIsLeft(cloud, customer, views, since)
    const [first] = left
    if (first === undefined) break
    if (cloud.now() >= since + LONGEST) throw new Violation(first[0], left.map(([, what]) => what).join('; '))
    cloud.pass(ROUND)
  }
  if (!audited) return
  await workers.start('audit-archive', 'end', functions.audit)
  await finish()
  for (const { code, key, detail } of cloud.reports.at(-1)?.told ?? [])
    throw new Violation('true audits', `of an archive at rest: ${code} ${key ?? ''} ${detail}`)
}
