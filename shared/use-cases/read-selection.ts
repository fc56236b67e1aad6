import { mergeRecords } from '../codec/merge-records.ts'
import { SegmentCorrupt, UnknownSegmentFormat } from '../codec/segment-format.ts'
import type { Unread } from '../domain/completeness.ts'
import type { PromotedColumn } from '../domain/dataset.ts'
import { makeSelector } from '../domain/plan-selection.ts'
import type { ArchiveRecord } from '../domain/record.ts'
import type { Selection } from '../domain/rehydration.ts'
import { SegmentIsCold, SegmentIsMissing, type SegmentReader } from '../ports/segment-store.ts'
import { recordFilterOf, rowFilterOf } from './row-filter.ts'
import { type FoundSegment, openFound } from './search-segments.ts'

/** One segment could not be read; the others may. */
export class SegmentUnread extends Error {
  override readonly name = 'SegmentUnread'
  readonly segmentId: string
  readonly reason: Unread
  constructor(segmentId: string, reason: Unread, options?: ErrorOptions) {
    super(`segment ${segmentId} is ${reason}`, options)
    this.segmentId = segmentId
    this.reason = reason
  }
}

/** Why a segment could not be read, or undefined for a fault that may pass. */
export const unreadReason = (error: unknown): Unread | undefined => {
  if (error instanceof SegmentIsCold) return 'cold'
  if (error instanceof SegmentIsMissing) return 'missing'
  return error instanceof SegmentCorrupt || error instanceof UnknownSegmentFormat ? 'unreadable' : undefined
}

const MiB = 2 ** 20

/** A row group is at most about this much text in memory. */
const ROW_GROUP_TEXT = 8 * MiB

/** What the merge may hold of its inputs, one row group each. */
const MAX_OPEN_TEXT = 512 * MiB

/** How much of each of these segments is read at once, and whether their ids overlap. */
export const readingOf = (
  found: readonly OneFound[],
  limit: number | null,
): { readonly readBytes: number; readonly overlaps: boolean } => {
  const chains = chainsOf(found)
  return { readBytes: limit === null ? readBytesFor(chains.length) : MiB, overlaps: chains.length > 1 }
}

/** Few segments are read in large pieces, many in small ones: what is worked on is 64 MiB in all, and what is read ahead as much. */
const readBytesFor = (segments: number): number =>
  Math.min(8 * MiB, Math.max(MiB, Math.floor((64 * MiB) / segments)))

/** Segments one behind the other: the ids of each come before those of the next, so one at a time is open. */
type OneFound = Pick<FoundSegment, 'segment' | 'index'>

type Chain = { readonly segments: OneFound[]; maxId: string }

/** As few chains as there can be: sealed segments of one seal are one. */
export const chainsOf = (found: readonly OneFound[]): Chain[] => {
  const chains: Chain[] = []
  for (const one of found.toSorted((a, b) => (a.segment.minId < b.segment.minId ? -1 : 1))) {
    const { minId, maxId } = one.segment
    const chain = chains.find((before) => before.maxId < minId)
    if (chain === undefined) chains.push({ segments: [one], maxId })
    else {
      chain.segments.push(one)
      chain.maxId = maxId
    }
  }
  return chains
}

const openTextOf = ({ segments }: Chain): number =>
  segments.reduce((most, { segment }) => Math.max(most, Math.min(segment.bodyBytes, ROW_GROUP_TEXT)), 0)

const checkMemory = (chains: readonly Chain[]) => {
  const text = chains.reduce((sum, chain) => sum + openTextOf(chain), 0)
  if (text > MAX_OPEN_TEXT)
    throw new Error(
      `${chains.length} segments of one partition are too many to merge at once: they are read when the partition is sealed`,
    )
}

/**
 * The selected records of these segments, in order, each once; at most `limit` and those that do not count, after which nothing
 * more is read. Throws
 * SegmentUnread for the first segment that cannot be read. Memory: one row group of each segment whose ids overlap with those of
 * others.
 * @param options.counts which of them count towards the limit; all unless given.
 * @param options.lazyBodies as for `openSegment`.
 */
export async function* readSelection(
  reader: SegmentReader,
  found: readonly OneFound[],
  selection: Selection,
  promoted: readonly PromotedColumn[],
  limit = Number.POSITIVE_INFINITY,
  options: {
    readonly counts?: ((record: ArchiveRecord) => boolean) | undefined
    readonly lazyBodies?: boolean
  } = {},
): AsyncGenerator<{ records: ArchiveRecord[]; positions: number[] }> {
  const { counts = () => true, lazyBodies = false } = options
  const chains = chainsOf(found)
  checkMemory(chains)
  const where = recordFilterOf(selection, promoted)
  const filter = rowFilterOf(selection, where)
  const select = makeSelector(selection)
  // of what has a limit nobody knows how much will be read
  const readAhead = limit === Number.POSITIVE_INFINITY
  const readBytes = readAhead ? readBytesFor(chains.length) : MiB
  let left = limit

  async function* rowsOf(one: OneFound): AsyncGenerator<ArchiveRecord[]> {
    try {
      yield* (await openFound(reader, one, { promoted, readBytes, readAhead, lazyBodies })).rows(filter)
    } catch (error) {
      const reason = unreadReason(error)
      throw reason === undefined ? error : new SegmentUnread(one.segment.id, reason, { cause: error })
    }
  }

  async function* rowsOfAll({ segments }: Chain): AsyncGenerator<ArchiveRecord[]> {
    for (const one of segments) yield* rowsOf(one)
  }

  for await (const batch of mergeRecords(chains.map(rowsOfAll))) {
    const records: ArchiveRecord[] = []
    const positions: number[] = []
    for (const record of batch) {
      const selected = select(record)
      if (selected === undefined || where?.matches(record) === false) continue
      if (left === 0) break
      if (counts(record)) left -= 1
      records.push(record)
      for (const position of selected) positions.push(position)
    }
    yield { records, positions }
    if (left === 0) return
  }
}
