import { type Commit, liveCommits, nextGenerationId } from './commit.ts'
import { classAtAge, type Dataset } from './dataset.ts'
import type { Holding } from './holding.ts'
import { partitionRange } from './partition.ts'
import type { StorageClass } from './storage-class.ts'

/** In a partition that is still being written to, this many landing commits are merged without waiting for its end. */
export const MANY_LANDING_COMMITS = 64
/** What one run takes on; more is left to the next. Bounds its time, its room on disk, and the names in its commit. */
const MAX_INPUTS = 500
const MAX_INPUT_BYTES = 1 << 30
/** Segments that one commit is meant to have at most: all of them stand in one item of the catalog, with two ids each. */
const MAX_OUTPUTS = 64
/** A merge holds a row group of each input in memory, which is at most about so much text, or one longer body. */
const ROW_GROUP_TEXT = 8 << 20
const MAX_OPEN_TEXT = 512 << 20

export type SealPlan =
  | { readonly kind: 'nothing-to-seal' }
  /** Worth sealing, but more may still land: look again then (ms). */
  | { readonly kind: 'wait'; readonly until: number }
  | {
      readonly kind: 'seal'
      readonly inputs: readonly Commit[]
      readonly generation: string
      /** The class that the partition's age calls for. */
      readonly storageClass: StorageClass
    }

const isLanding = (commit: Commit) => commit.segments.some(({ kind }) => kind === 'landing')

const bytesOf = (commit: Commit) => commit.segments.reduce((sum, { bytes }) => sum + bytes, 0)

/** A sealed commit is opened again only while it is small and costs nothing to read. */
const canMergeAgain = (commit: Commit, holdings: ReadonlyMap<string, Holding>, dataset: Dataset): boolean =>
  commit.segments.length > 0 &&
  bytesOf(commit) < dataset.seal.targetBytes / 2 &&
  commit.segments.every((segment) => {
    const holding = holdings.get(segment.id)
    return (
      (holding?.storageClass ?? segment.storageClass) === 'STANDARD' && (holding?.target ?? null) === null
    )
  })

const openTextOf = (commit: Commit, { limits }: Dataset) => {
  const most = Math.max(ROW_GROUP_TEXT, limits.maxBodyBytes)
  return commit.segments.reduce((sum, { bodyBytes }) => sum + Math.min(bodyBytes, most), 0)
}

const takeUpTo = (commits: readonly Commit[], dataset: Dataset): readonly Commit[] => {
  const most = Math.min(MAX_INPUT_BYTES, MAX_OUTPUTS * dataset.seal.targetBytes)
  let [bytes, text, landing] = [0, 0, false]
  const fitting = commits.findIndex((commit, index) => {
    bytes += bytesOf(commit)
    text += openTextOf(commit, dataset)
    const full = index >= MAX_INPUTS || bytes > most || text > MAX_OPEN_TEXT
    // without a landing commit the run would seal what is sealed, and the next one would find the same
    const enough = landing
    landing ||= isLanding(commit)
    return full && enough
  })
  return fitting === -1 ? commits : commits.slice(0, fitting)
}

/** Decides whether a partition's landing segments are to be merged now, and which. */
export const planSeal = (
  state: { readonly commits: readonly Commit[]; readonly holdings: ReadonlyMap<string, Holding> },
  dataset: Dataset,
  partition: string,
  now: number,
): SealPlan => {
  const live = liveCommits(state.commits)
  const landing = live.filter(isLanding)
  if (landing.length === 0) return { kind: 'nothing-to-seal' }
  const { end } = partitionRange(partition)
  const newest = landing.reduce((latest, { committedAt }) => Math.max(latest, committedAt), 0)
  const quietAt = Math.max(newest, end) + dataset.seal.after
  const crowded =
    landing.length >= MANY_LANDING_COMMITS ||
    landing.reduce((sum, commit) => sum + bytesOf(commit), 0) >= dataset.seal.targetBytes
  if (now < quietAt && !crowded) return { kind: 'wait', until: quietAt }
  const again = live.filter((commit) => !isLanding(commit) && canMergeAgain(commit, state.holdings, dataset))
  const inputs = takeUpTo(
    [...again, ...landing].toSorted((a, b) => a.committedAt - b.committedAt),
    dataset,
  )
  return {
    kind: 'seal',
    inputs,
    generation: nextGenerationId(state.commits),
    storageClass: classAtAge(dataset.classes, now - end),
  }
}
