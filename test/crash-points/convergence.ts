import { liveCommits, liveSegments } from '../../shared/domain/commit.ts'
import { classAtAge } from '../../shared/domain/dataset.ts'
import { DAY } from '../../shared/domain/duration.ts'
import { hasCaps } from '../../shared/domain/guards.ts'
import { isToKeep } from '../../shared/domain/keep-copies.ts'
import { partitionOf, partitionRange } from '../../shared/domain/partition.ts'
import { removableCommits } from '../../shared/domain/plan-sweep.ts'
import { storedClass } from '../../shared/domain/plan-thaw.ts'
import type { Rehydration } from '../../shared/domain/rehydration.ts'
import { isOver } from '../../shared/domain/rehydration-states.ts'
import { hasOpenJobs } from '../../shared/domain/thaw-batch.ts'
import type { BudgetDay } from '../../shared/ports/budgets.ts'
import { type PartitionView, viewQuarantine } from './archive-view.ts'
import type { Cloud } from './cloud.ts'
import type { Producer } from './producer.ts'
import { CONFIG, START } from './settings.ts'

/** Lifecycle acts a day late at most, and then the sweep has to see it. */
const TO_MOVE = 3 * DAY

const leftInPartition = ({ ref, commits, holdings, waiters }: PartitionView, now: number): string[] => {
  const dataset = CONFIG.datasets.get(ref.dataset)
  const { end } = partitionRange(ref.partition)
  const live = liveSegments(commits)
  const wanted = dataset && classAtAge(dataset.classes, now - end - TO_MOVE)
  const isLate = dataset?.retention != null && end + dataset.retention < now
  const left = {
    'is not sealed': live.some(({ kind }) => kind === 'landing'),
    'has waiters': waiters.length > 0,
    'has not expired': isLate && liveCommits(commits).some(({ segments }) => segments.length > 0),
    'is in too warm a class':
      wanted !== 'STANDARD' && live.some((segment) => storedClass(segment, holdings) === 'STANDARD'),
    'has dead commits': removableCommits(commits, Number.POSITIVE_INFINITY).length > 0,
  }
  return Object.entries(left).flatMap(([what, is]) => (is ? [`${ref.dataset} ${ref.partition} ${what}`] : []))
}

/** Budgets in which something is still reserved. */
const openBudgets = async ({ ports, now }: Cloud) => {
  const open: BudgetDay[] = []
  for (const { name: dataset, guards } of CONFIG.datasets.values())
    for (let at = START; hasCaps(guards.perDay) && at <= now() + DAY; at += DAY) {
      const of = { dataset, day: partitionOf(at, 'day') }
      if ((await ports.budgets.read(of)).open.length > 0) open.push(of)
    }
  return open
}

/** An extension whose time is not over has still to be seen to. */
const hasToKeep = async ({ ports, now }: Cloud, rehydration: Rehydration): Promise<boolean> => {
  if ((rehydration.terms.extension?.until ?? 0) <= now()) return false
  for await (const task of ports.taskList.all(rehydration.id)) if (isToKeep(rehydration, task)) return true
  return false
}

const isOfASegment = (key: string) => /^(landing|sealed|index)\//.test(key)

/** What is still to be done: nothing, once everything has come to its end (I5, I6). */
export const whatIsLeft = async (
  cloud: Cloud,
  { sent, rowsOf }: Producer,
  views: readonly PartitionView[],
  staysHot: readonly string[],
): Promise<readonly string[]> => {
  const left = views.flatMap((view) => leftInPartition(view, cloud.now()))
  for (const key of cloud.hotKeys()) if (!staysHot.includes(key)) left.push(`${key} is hot`)
  for (const { name, all } of Object.values(cloud.queues))
    if (all().length > 0) left.push(`the ${name} queue is not empty`)
  for (const rehydration of await cloud.ports.index.newest(100)) {
    const { id, state } = rehydration
    if (!isOver(state)) left.push(`rehydration ${id} is ${state.name}`)
    if (hasOpenJobs(rehydration.terms, cloud.now())) left.push(`rehydration ${id} has jobs that are not over`)
    if (await hasToKeep(cloud, rehydration)) left.push(`rehydration ${id} has copies to keep`)
  }
  for (const { dataset, day } of await openBudgets(cloud)) left.push(`${dataset} has reservations of ${day}`)
  const named = new Set(
    views.flatMap(({ commits }) =>
      commits.flatMap(({ segments }) => segments.flatMap(({ key, indexKey }) => [key, indexKey])),
    ),
  )
  for (const key of cloud.archiveKeys())
    if (isOfASegment(key) && !named.has(key)) left.push(`${key} is of no commit`)
  const quarantined = new Set((await viewQuarantine(cloud)).map(({ text }) => text))
  const hot = new Set(cloud.hotKeys().flatMap(rowsOf))
  for (const { text, time } of sent.values())
    if (time === null && !quarantined.has(text) && !hot.has(text)) left.push(`${text} is not in quarantine`)
  return left
}
