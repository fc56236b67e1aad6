import { hash } from 'node:crypto'
import { memorySource } from '../../shared/codec/byte-source.ts'
import { digestRecords } from '../../shared/codec/digest.ts'
import { openSegment } from '../../shared/codec/open-segment.ts'
import { type Commit, liveSegments } from '../../shared/domain/commit.ts'
import { sameDigest } from '../../shared/domain/digest.ts'
import { type Ledger, ledgerOfPartition } from '../../shared/domain/ledger.ts'
import { type ArchiveRecord, compareRecords, sameRecord } from '../../shared/domain/record.ts'
import type { PartitionRef, Segment } from '../../shared/domain/segment.ts'
import type { PartitionState } from '../../shared/ports/catalog.ts'
import type { Cloud } from './cloud.ts'
import { Violation } from './violation.ts'

export type PartitionView = PartitionState & {
  readonly ref: PartitionRef
  readonly records: readonly ArchiveRecord[]
  readonly bodies: ReadonlySet<string>
  readonly ledger: Ledger
}

/** Of records that are the same, the first: what a reader is given of several segments. */
const withoutRepeats = (inputs: readonly (readonly ArchiveRecord[])[]): readonly ArchiveRecord[] => {
  const known = new Set<string>()
  return inputs.flatMap((records) =>
    records.filter(({ id, time, body }) => {
      const before = known.size
      return known.add(`${time} ${id.length} ${id}${body}`).size > before
    }),
  )
}

/** Reads a partition as a reader would, through the catalog, and checks on the way that the catalog tells the truth. */
export const makePartitionReader = (
  { ports, contentOf, head }: Cloud,
  isDamaged: (key: string) => boolean,
) => {
  const decoded = new Map<string, readonly ArchiveRecord[]>()
  const merged = new Map<string, Pick<PartitionView, 'records' | 'bodies'>>()

  const decode = async ({ key, kind, sha256, records: expected }: Segment) => {
    const known = decoded.get(key)
    if (known !== undefined) return known
    const content = contentOf(sha256)
    if (content === undefined || hash('sha256', content, 'base64') !== sha256)
      throw new Violation('catalog truth', `${key} was never stored with the SHA-256 of its commit`)
    const records: ArchiveRecord[] = []
    for await (const batch of (await openSegment(memorySource(content))).rows()) records.push(...batch)
    if (records.some((record, at) => at > 0 && compareRecords(records[at - 1] ?? record, record) > 0))
      throw new Violation('catalog truth', `${key} is out of order`)
    // a seal drops them; those of several segments are left to the reader
    if (
      kind === 'sealed' &&
      records.some((record, at) => at > 0 && sameRecord(records[at - 1] ?? record, record))
    )
      throw new Violation('once', `${key} holds a record twice`)
    if (!sameDigest(digestRecords(records), expected))
      throw new Violation('catalog truth', `${key} does not hold the records of its commit`)
    decoded.set(key, records)
    return records
  }

  const check = (segment: Segment) => {
    if (isDamaged(segment.key) || isDamaged(segment.indexKey)) return
    const facts = head(segment.key)
    if (facts === undefined)
      throw new Violation('catalog truth', `${segment.key} is committed and is not there`)
    if (facts.size !== segment.bytes || facts.checksum?.value !== segment.sha256)
      throw new Violation('catalog truth', `${segment.key} is not what was committed`)
    if (head(segment.indexKey) === undefined)
      throw new Violation('catalog truth', `${segment.indexKey} is not there`)
  }

  const merge = async (segments: readonly Segment[]) => {
    const name = segments.map(({ key }) => key).join()
    const known = merged.get(name)
    if (known !== undefined) return known
    const inputs: (readonly ArchiveRecord[])[] = []
    for (const segment of segments) inputs.push(await decode(segment))
    const records = withoutRepeats(inputs)
    const view = { records, bodies: new Set(records.map(({ body }) => body)) }
    merged.set(name, view)
    return view
  }

  const isAsBefore = (commits: readonly Commit[], before: PartitionView | undefined) =>
    commits.length === before?.commits.length && commits.every((commit, at) => commit === before.commits[at])

  /** @param before what was seen of it last: of a log that is the same only the objects are looked at again. */
  return async ({ dataset, partition }: PartitionRef, before?: PartitionView): Promise<PartitionView> => {
    const ref = { dataset, partition }
    const state = await ports.log.read(ref)
    const live = liveSegments(state.commits)
    for (const segment of live) check(segment)
    if (before !== undefined && isAsBefore(state.commits, before)) return { ...before, ...state }
    return { ...state, ref, ledger: ledgerOfPartition(state.commits), ...(await merge(live)) }
  }
}
