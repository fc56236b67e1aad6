import { type Completeness, isComplete } from '../../shared/domain/completeness.ts'
import type { Dataset } from '../../shared/domain/dataset.ts'
import { formatDigest } from '../../shared/domain/digest.ts'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import { expectedBy } from '../../shared/domain/expected-by.ts'
import type { Ledger } from '../../shared/domain/ledger.ts'
import { costAtMost } from '../../shared/domain/plan-raises.ts'
import type { Rehydration, Selection } from '../../shared/domain/rehydration.ts'
import type { Extension, RehydrationTerms } from '../../shared/domain/rehydration-terms.ts'
import type { ThawJob } from '../../shared/domain/thaw-batch.ts'
import type { RehydrationProgress } from '../../shared/use-cases/describe-rehydration.ts'
import type { ListedSegment } from '../../shared/use-cases/list-segments.ts'
import type { Quoted } from '../../shared/use-cases/quote.ts'

/** What the API answers: times in ISO 8601, durations as in the configuration, digests as text. */

const iso = (time: number): string => new Date(time).toISOString()
const isoOrNull = (time: number | null) => (time === null ? null : iso(time))

const duration = (ms: number): string => {
  if (ms % DAY === 0) return `${ms / DAY}d`
  if (ms % HOUR === 0) return `${ms / HOUR}h`
  return ms % 60_000 === 0 ? `${ms / 60_000}m` : `${Math.round(ms / 1000)}s`
}

export const presentDataset = (dataset: Dataset) => ({
  name: dataset.name,
  id: dataset.id,
  time: dataset.time,
  version: dataset.version,
  partition: dataset.partition,
  promoted: dataset.promoted,
  classes: dataset.classes.map(({ after, storageClass }) => ({ after: duration(after), storageClass })),
  retention: dataset.retention === null ? null : duration(dataset.retention),
  seal: { after: duration(dataset.seal.after), targetBytes: dataset.seal.targetBytes },
  guards: dataset.guards,
  limits: {
    maxBodyBytes: dataset.limits.maxBodyBytes,
    maxFuture: duration(dataset.limits.maxFuture),
  },
})

export const presentCompleteness = (completeness: Completeness) => ({
  complete: isComplete(completeness),
  segments: completeness,
})

/** The same as headers, for an answer that is bytes. */
export const completenessHeaders = (completeness: Completeness) => ({
  'icecore-complete': String(isComplete(completeness)),
  'icecore-segments': Object.entries(completeness)
    .map(([name, count]) => `${name}=${count}`)
    .join(', '),
})

export const presentLedger = ({ balanced, ...entries }: Ledger) => ({
  balanced,
  ...Object.fromEntries(
    Object.entries(entries).map(([name, digest]) => [
      name,
      { records: digest.count, digest: formatDigest(digest) },
    ]),
  ),
})

export const presentSegment = ({ segment, ...where }: ListedSegment) => ({
  id: segment.id,
  partition: segment.partition,
  kind: segment.kind,
  key: segment.key,
  bytes: segment.bytes,
  bodyBytes: segment.bodyBytes,
  sha256: segment.sha256,
  records: segment.records.count,
  digest: formatDigest(segment.records),
  minTime: iso(segment.minTime),
  maxTime: iso(segment.maxTime),
  createdAt: iso(segment.createdAt),
  storageClass: where.storageClass,
  movingTo: where.target,
  readable: where.readable,
  readableUntil: isoOrNull(where.readableUntil),
})

const cents = (dollars: number): number => Math.round(dollars * 1e6) / 1e6

/** What one record costs has many zeros; never less than it is. */
export const roundUp = (dollars: number): number => Math.ceil(dollars * 1e9) / 1e9

export const presentQuote = (dataset: string, { id, expiresAt, quote: { tiers, ...quote } }: Quoted) => ({
  id,
  expiresAt: iso(expiresAt),
  dataset,
  ...quote,
  tiers: tiers.map(({ tier, dollars, atLeast, readyBy }) => ({
    tier,
    dollars: {
      requests: roundUp(dollars.requests),
      retrieval: roundUp(dollars.retrieval),
      temporaryStorage: roundUp(dollars.temporaryStorage),
      reads: roundUp(dollars.reads),
      compute: roundUp(dollars.compute),
      total: roundUp(dollars.total),
    },
    atLeast: roundUp(atLeast),
    readyBy: { p50: iso(readyBy.p50), p95: iso(readyBy.p95) },
  })),
})

const presentSelection = (selection: Selection) => ({
  ...(selection.kind === 'range'
    ? { from: iso(selection.from), to: iso(selection.to) }
    : { ids: selection.ids.map(({ id, time }) => (time === null ? { id } : { id, time: iso(time) })) }),
  ...(selection.where !== null && { where: selection.where }),
  ...(selection.limit !== null && { limit: selection.limit }),
})

/** How long each phase took, in ms. */
const presentPhases = (acceptedAt: number, plannedAt: number, readableAt: number, completedAt: number) => ({
  queued: plannedAt - acceptedAt,
  thawing: readableAt - plannedAt,
  hydrating: completedAt - readableAt,
  total: completedAt - acceptedAt,
})

const presentOutcome = ({ acceptedAt, state }: Rehydration) => {
  if (state.name === 'failed') return { failedAt: iso(state.failedAt), reason: state.reason }
  if (state.name === 'cancelled') return { cancelledAt: iso(state.cancelledAt), complete: false }
  if (state.name !== 'completed') return {}
  const { records, completeness, ...summary } = state.summary
  return {
    completedAt: iso(state.completedAt),
    phases: presentPhases(acceptedAt, state.plannedAt, state.readableAt, state.completedAt),
    result: {
      ...summary,
      records: records.count,
      digest: formatDigest(records),
      ...presentCompleteness(completeness),
    },
  }
}

const presentExtension = ({ keepDays, at, until, dollars }: Extension) => ({
  keepDays,
  askedAt: iso(at),
  until: iso(until),
  cost: { atMost: cents(dollars) },
})

const costOf = (rehydration: Pick<Rehydration, 'terms'>) => {
  const atMost = costAtMost(rehydration)
  return atMost === null ? null : cents(atMost)
}

const presentTerms = (terms: RehydrationTerms) => {
  const { approval, extension, keptUntil } = terms
  const atMost = costOf({ terms })
  return {
    extension: extension && presentExtension(extension),
    keptUntil: isoOrNull(keptUntil),
    approval: approval && { by: approval.by, at: iso(approval.at) },
    ...(atMost !== null && { cost: { atMost } }),
  }
}

const presentThawJob = ({ id, tier, segments, plannedAt, end }: ThawJob) => ({
  id,
  tier,
  segments,
  plannedAt: iso(plannedAt),
  ended: end && { at: iso(end.at), requested: end.requested, failed: end.failed, reason: end.reason },
})

/** As it was asked for, or extended to. */
const extendedDays = ({ request, terms }: Rehydration): number | null =>
  terms.extension === null ? request.keepDays : Math.max(request.keepDays ?? 0, terms.extension.keepDays)

/** One line of the list; a selection may be long, so it is only in the full answer. */
export const presentRehydration = (rehydration: Rehydration) => {
  const { id, request, acceptedAt, state, terms } = rehydration
  return {
    id,
    status: state.name,
    dataset: request.dataset,
    tier: request.tier,
    tiers: request.tiers,
    readyBy: isoOrNull(request.readyBy),
    maxCostUsd: request.maxCostUsd,
    quoteId: request.quoteId,
    destination: request.destination,
    format: request.format,
    compression: request.compression,
    columns: request.columns,
    keepDays: extendedDays(rehydration),
    requestedAt: iso(acceptedAt),
    ...presentTerms(terms),
    ...presentOutcome(rehydration),
  }
}

export const presentStatus = (rehydration: Rehydration, progress: RehydrationProgress | null) => ({
  ...presentRehydration(rehydration),
  expectedBy: isoOrNull(progress ? progress.expectedBy : expectedBy(rehydration, [])),
  ...(progress && {
    keptUntil: isoOrNull(progress.keptUntil),
    cost: { soFar: cents(progress.costSoFar), atMost: costOf(rehydration) },
  }),
  select: presentSelection(rehydration.request.selection),
  ...(rehydration.terms.batch && { thawJobs: rehydration.terms.batch.jobs.map(presentThawJob) }),
  ...(progress && {
    progress: {
      partitions: progress.partitions,
      files: progress.files,
      records: progress.records,
      bytes: progress.bytes,
      readyBy: isoOrNull(progress.readyBy),
      segmentsThawedAsStandard: progress.segmentsThawedAsStandard,
      segmentsRaised: progress.segmentsRaised,
      segmentsLapsed: progress.segmentsLapsed,
    },
  }),
})
