import { addCompleteness, isComplete } from '../domain/completeness.ts'
import type { IcecoreConfig } from '../domain/config.ts'
import { costSoFar } from '../domain/cost-so-far.ts'
import { addDigests, formatDigest } from '../domain/digest.ts'
import { keptUntilOf } from '../domain/keep-copies.ts'
import { costAtMost } from '../domain/plan-raises.ts'
import { coldest, tierFor } from '../domain/plan-thaw.ts'
import { deliveryPrefix, type Rehydration } from '../domain/rehydration.ts'
import { isOver } from '../domain/rehydration-states.ts'
import type { RehydrationTask, TaskState } from '../domain/rehydration-task.ts'
import { thawSizeOf } from '../domain/thaw-sample.ts'
import type { Clock } from '../ports/clock.ts'
import type { Delivery } from '../ports/delivery.ts'
import type { RehydrationMetrics } from '../ports/metrics.ts'
import type { Rehydrations, TaskList } from '../ports/rehydrations.ts'
import { advanceStored } from './advance-rehydration.ts'

export type FinishDeps = {
  readonly config: IcecoreConfig
  readonly rehydrations: Rehydrations
  readonly taskList: TaskList
  readonly delivery: Delivery
  readonly metrics: RehydrationMetrics
  readonly now: Clock
}

const iso = (time: number) => new Date(time).toISOString()

type Done = Omit<RehydrationTask, 'state'> & Extract<TaskState, { name: 'done' }>

const doneOf = ({ state, ...task }: RehydrationTask): Done => {
  if (state.name !== 'done')
    throw new Error(`partition ${task.partition} is closed and its task is ${state.name}`)
  return { ...task, ...state }
}

/** What the queue could not carry: how many records, and the first of each partition by name. */
const notSentOf = (tasks: readonly Done[]) => {
  const parts = tasks.flatMap(({ partition, replay }) => (replay ? [{ partition, ...replay.notSent }] : []))
  return {
    records: parts.reduce((sum, { count }) => sum + count, 0),
    named: parts.flatMap(({ partition, named }) =>
      named.map(({ id, time, reason }) => ({ partition, id, time: iso(time), reason })),
    ),
  }
}

const latest = (times: readonly number[], least: number): number =>
  times.reduce((max, time) => Math.max(max, time), least)

/** All that the tasks give together. The same tasks give the same answer, so two that finish at once agree. */
const summarize = (
  { id, request, acceptedAt }: Rehydration,
  plannedAt: number,
  tasks: readonly Done[],
  isReplay: boolean,
) => {
  const notSent = isReplay ? notSentOf(tasks) : undefined
  const results = tasks.map(({ result }) => result)
  const records = addDigests(...results.map((result) => result.records))
  const completeness = addCompleteness(...results.map((result) => result.completeness))
  const found = new Set(results.flatMap((result) => result.found))
  const { selection } = request
  // behind a limit an id may lie that was not looked for
  const isAnswered = selection.kind === 'ids' && selection.limit === null
  const notFound = isAnswered ? selection.ids.filter((_, position) => !found.has(position)) : null
  const bytes = results.reduce((sum, { file }) => sum + (file?.bytes ?? 0), 0)
  const completedAt = latest(
    tasks.map(({ doneAt }) => doneAt),
    plannedAt,
  )
  const files = tasks.flatMap(({ partition, result }) =>
    result.file === null
      ? []
      : [{ ...result.file, partition, records: result.records.count, digest: formatDigest(result.records) }],
  )
  const manifest = {
    rehydrationId: id,
    dataset: request.dataset,
    format: request.format,
    compression: request.compression,
    columns: request.columns,
    tier: request.tier,
    tiers: request.tiers,
    requestedAt: iso(acceptedAt),
    completedAt: iso(completedAt),
    records: records.count,
    digest: formatDigest(records),
    bytes,
    completeness: { complete: isComplete(completeness), ...completeness },
    incompletePartitions: tasks
      .filter(({ result }) => !isComplete(result.completeness))
      .map(({ partition, result }) => ({ partition, ...result.completeness })),
    segmentsThawedAsStandard: tasks.reduce((sum, task) => sum + task.thawedAsStandard.length, 0),
    ids: selection.kind === 'range' ? null : selection.ids.length,
    range: selection.kind === 'range' ? { from: iso(selection.from), to: iso(selection.to) } : null,
    where: selection.where,
    limit: selection.limit,
    notFound: notFound?.map(({ id: missing, time }) => ({
      id: missing,
      time: time === null ? null : iso(time),
    })),
    ...(notSent && { notSent }),
    files,
  }
  return {
    manifest,
    completedAt,
    readableAt: latest(
      tasks.map(({ readableAt }) => readableAt),
      plannedAt,
    ),
    coldest: coldest(results.map((result) => result.coldest)),
    size: thawSizeOf(results.reduce((sum, { segmentBytes = 0 }) => sum + segmentBytes, 0)),
    summary: {
      files: files.length,
      bytes,
      records,
      completeness,
      notFound: notFound?.length ?? null,
      ...(notSent && { notSent: notSent.records }),
    },
  }
}

/** What was told when it was asked for, against what came of it; a time counts from when it was let go on. */
const accuracyOf = (
  rehydration: Rehydration,
  real: { readonly cost: number; readonly readableAt: number },
): { readonly cost: number | null; readonly time: number | null } => {
  const { acceptedAt, terms } = rehydration
  const atMost = terms.price?.fixed === undefined ? null : costAtMost(rehydration)
  const told = (terms.promised?.p95 ?? acceptedAt) - acceptedAt
  const took = real.readableAt - (terms.approval?.at ?? acceptedAt)
  return { cost: atMost ? real.cost / atMost : null, time: told > 0 ? took / told : null }
}

/**
 * Ends a rehydration of which no task is open: the manifest last of its files, then the state. Whoever closes a task calls
 * it; of several that come at once, one changes the state and counts it.
 */
export const finishRehydration =
  ({ config, rehydrations, taskList, delivery, metrics, now }: FinishDeps) =>
  async (id: string): Promise<'finished' | 'open' | 'over' | 'not-planned' | 'unknown'> => {
    const rehydration = await rehydrations.find(id)
    if (rehydration === undefined) return 'unknown'
    const { state, request, acceptedAt } = rehydration
    if (isOver(state)) return 'over'
    if (state.name !== 'thawing' && state.name !== 'hydrating') return 'not-planned'
    if ((await taskList.open(id, 1)).length > 0) return 'open'
    const destination = config.destinations.get(request.destination)
    if (destination === undefined) {
      const reason = `its destination ${request.destination} has left the configuration`
      await advanceStored(rehydrations, id, { name: 'failed', at: now(), reason })
      return 'over'
    }
    const read: RehydrationTask[] = []
    for await (const task of taskList.all(id)) read.push(task)
    const all = summarize(rehydration, state.plannedAt, read.map(doneOf), destination.replay !== undefined)
    const manifest = `${deliveryPrefix(destination.prefix, id)}manifest.json`
    await delivery.putWhole(
      manifest,
      Buffer.from(`${JSON.stringify(all.manifest, null, 2)}\n`),
      'application/json',
    )
    const { completedAt, readableAt } = all
    const summary = { ...all.summary, manifest }
    const event = { name: 'finished', at: completedAt, readableAt, summary } as const
    const ended = await advanceStored(rehydrations, id, event, { keptUntil: keptUntilOf(read) })
    if (!ended?.changed) return 'over'
    const dollars = costSoFar(rehydration, read)
    metrics.rehydrationFinished({
      phases: {
        queued: state.plannedAt - acceptedAt,
        thawing: readableAt - state.plannedAt,
        hydrating: completedAt - readableAt,
        total: completedAt - acceptedAt,
      },
      storageClass: all.coldest,
      tier: tierFor(all.coldest, request.tiers),
      size: all.size,
      inTime: request.readyBy === null ? null : readableAt <= request.readyBy,
      accuracy: accuracyOf(rehydration, { cost: dollars, readableAt }),
      records: summary.records.count,
      bytes: summary.bytes,
      dollars,
    })
    return 'finished'
  }
