import type { IcecoreConfig } from '../domain/config.ts'
import { partitionRange } from '../domain/partition.ts'
import { QUEUED_FOR } from '../domain/quote.ts'
import { LONGEST_REHYDRATION, MAX_PARTITIONS, type RehydrationRequest } from '../domain/rehydration.ts'
import { catalogUnitsOf, type PartitionWork, type WorkPlan } from '../domain/work-plan.ts'
import type { CommitLog, PartitionRegistry } from '../ports/catalog.ts'
import type { Clock } from '../ports/clock.ts'
import { MAX_REPLAY_MESSAGES } from '../ports/replay.ts'
import type { SegmentReader } from '../ports/segment-store.ts'
import { mapBounded } from './bounded.ts'
import { findPartitions, type TooBroad } from './find-partitions.ts'
import { recordFilterOf, rowFilterOf } from './row-filter.ts'
import { type Search, surveySegments } from './search-segments.ts'
import { sureRecords, surveyPartition } from './survey-partition.ts'

export type SurveyDeps = {
  readonly config: IcecoreConfig
  readonly registry: PartitionRegistry
  readonly log: CommitLog
  readonly reader: SegmentReader
  readonly now: Clock
}

/** What of a request its work depends on; without a destination it is as for files. */
export type SurveyedRequest = Pick<RehydrationRequest, 'dataset' | 'selection' | 'keepDays'> & {
  readonly destination: string | null
}

/** Partitions that a rehydration of the selection is planned with, in order, and the work on each. */
export type Survey = {
  readonly kind: 'surveyed'
  readonly partitions: readonly { readonly partition: string; readonly work: PartitionWork }[]
  readonly work: WorkPlan
}

const PARTITIONS_AT_ONCE = 16

/** Where neither ids nor a filter can rule one out, nor a limit, each partition of the time is planned, whatever it holds. */
export const canRuleOut = ({ selection }: Pick<RehydrationRequest, 'selection'>): boolean =>
  selection.kind === 'ids' || selection.where !== null || selection.limit !== null

/** Whether a partition is still there when the last of it is delivered. */
const outlasts = (partition: string, retention: number | null, latest: number): boolean =>
  retention === null || partitionRange(partition).end + retention > latest + LONGEST_REHYDRATION

type Look = {
  readonly partition: string
  readonly work: PartitionWork
  readonly pruned: Search['pruned']
  /** Read units of it. */
  readonly read: number
  /** Records that it has for sure, until they are delivered. */
  readonly sure: number
}

/** So many of them, in their order, hold as many records as are wanted for sure; undefined where that is not known. */
const enoughOf = (looks: readonly Look[], limit: number): number | undefined => {
  let known = 0
  const last = looks.findIndex(({ sure }) => {
    known += sure
    return known >= limit
  })
  return last < 0 ? undefined : last + 1
}

/** Looks at partitions in their order, with a limit until enough is known to be found. */
const lookUntilEnough = async (
  partitions: readonly string[],
  limit: number | null,
  lookAt: (partition: string) => Promise<Look>,
): Promise<{ readonly looks: readonly Look[]; readonly needed: readonly Look[] }> => {
  const looks: Look[] = []
  const atOnce = limit === null ? partitions.length : PARTITIONS_AT_ONCE
  let enough: number | undefined
  // what comes behind enough would be thawed, and then be closed without being read
  while (looks.length < partitions.length && enough === undefined) {
    const next = partitions.slice(looks.length, looks.length + atOnce)
    looks.push(...(await mapBounded(next, PARTITIONS_AT_ONCE, lookAt)))
    enough = enoughOf(looks, limit ?? Number.POSITIVE_INFINITY)
  }
  return { looks, needed: looks.slice(0, enough) }
}

/**
 * Looks at all that a selection may be in, by the catalog and by index objects, and says what rehydrating it takes.
 * @param within ms from now until S3 is asked for the last thaw.
 */
export const surveySelection =
  ({ config, registry, log, reader, now }: SurveyDeps) =>
  async (
    request: SurveyedRequest,
    mostPartitions = MAX_PARTITIONS,
    within = QUEUED_FOR,
  ): Promise<Survey | TooBroad> => {
    const { dataset, selection, keepDays, destination } = request
    const { promoted, retention } = config.datasets.get(dataset) ?? { promoted: [], retention: null }
    const target = destination === null ? undefined : config.destinations.get(destination)?.replay
    const found = await findPartitions(registry)(dataset, selection, mostPartitions)
    if (found.kind === 'too-broad') return found
    const at = now()
    const filter = rowFilterOf(selection, recordFilterOf(selection, promoted))
    const wish = { selection, filter, promoted, keepDays, now: at, latest: at + within }
    const lookAt = async (partition: string): Promise<Look> => {
      const state = await log.read({ dataset, partition })
      const search = await surveySegments(reader)(state, selection)
      const work = surveyPartition(state, search, wish)
      const read = catalogUnitsOf({ commits: state.commits, holdings: state.holdings.size })
      const sure = outlasts(partition, retention, at + within) ? sureRecords(search, selection) : 0
      return { partition, work, pruned: search.pruned, read, sure }
    }
    const { looks, needed } = await lookUntilEnough(found.partitions, selection.limit, lookAt)
    const planned = needed.filter(({ work }) => work.segments.length > 0 || !canRuleOut(request))
    const sum = (of: (look: Look) => number) => looks.reduce((all, look) => all + of(look), 0)
    return {
      kind: 'surveyed',
      partitions: planned.map(({ partition, work }) => ({ partition, work })),
      work: {
        partitions: planned.map(({ work }) => work),
        pruned: {
          partitions: found.partitions.length - planned.length,
          segments: sum(({ pruned }) => pruned.segments),
          rowGroups: sum(({ pruned }) => pruned.rowGroups),
        },
        planning: {
          names: found.partitions.length,
          catalogUnits: sum(({ read }) => read),
          indexReads: sum(({ work }) => work.indexReads),
        },
        requestBytes: Buffer.byteLength(JSON.stringify(selection)),
        messagesAtOnce: target === undefined ? null : Math.min(MAX_REPLAY_MESSAGES, target.perSecond),
        limit: selection.limit,
        keepDays,
      },
    }
  }
