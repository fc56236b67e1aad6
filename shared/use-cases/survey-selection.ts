import type { IcecoreConfig } from '../domain/config.ts'
import { QUEUED_FOR } from '../domain/quote.ts'
import { MAX_PARTITIONS, type RehydrationRequest } from '../domain/rehydration.ts'
import { catalogUnitsOf, type PartitionWork, type WorkPlan } from '../domain/work-plan.ts'
import type { CommitLog, PartitionRegistry } from '../ports/catalog.ts'
import type { Clock } from '../ports/clock.ts'
import { MAX_REPLAY_MESSAGES } from '../ports/replay.ts'
import type { SegmentReader } from '../ports/segment-store.ts'
import { mapBounded } from './bounded.ts'
import { findPartitions, type TooBroad } from './find-partitions.ts'
import { recordFilterOf, rowFilterOf } from './row-filter.ts'
import { surveySegments } from './search-segments.ts'
import { surveyPartition } from './survey-partition.ts'

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

/** Where neither ids nor a filter can rule one out, each partition of the time is planned, whatever it holds. */
export const canRuleOut = ({ selection }: Pick<RehydrationRequest, 'selection'>): boolean =>
  selection.kind === 'ids' || selection.where !== null

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
    const promoted = config.datasets.get(dataset)?.promoted ?? []
    const target = destination === null ? undefined : config.destinations.get(destination)?.replay
    const found = await findPartitions(registry)(dataset, selection, mostPartitions)
    if (found.kind === 'too-broad') return found
    const at = now()
    const filter = rowFilterOf(selection, recordFilterOf(selection, promoted))
    const wish = { selection, filter, promoted, keepDays, now: at, latest: at + within }
    const looks = await mapBounded(found.partitions, PARTITIONS_AT_ONCE, async (partition) => {
      const state = await log.read({ dataset, partition })
      const search = await surveySegments(reader)(state, selection)
      const work = surveyPartition(state, search, wish)
      const read = catalogUnitsOf({ commits: state.commits, holdings: state.holdings.size })
      return { partition, work, pruned: search.pruned, read }
    })
    const planned = looks.filter(({ work }) => work.segments.length > 0 || !canRuleOut(request))
    const sum = (of: (look: (typeof looks)[number]) => number) =>
      looks.reduce((all, look) => all + of(look), 0)
    return {
      kind: 'surveyed',
      partitions: planned.map(({ partition, work }) => ({ partition, work })),
      work: {
        partitions: planned.map(({ work }) => work),
        pruned: {
          partitions: looks.length - planned.length,
          segments: sum(({ pruned }) => pruned.segments),
          rowGroups: sum(({ pruned }) => pruned.rowGroups),
        },
        planning: {
          names: looks.length,
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
