import { hash } from 'node:crypto'
import { memorySource } from '../codec/byte-source.ts'
import { digestRecords, makeDigester } from '../codec/digest.ts'
import type { JsonValue } from '../codec/segment-format.ts'
import { makeMemorySink } from '../codec/segment-sink.ts'
import { makeSegmentWriter } from '../codec/segment-writer.ts'
import { verifySegment } from '../codec/verify-segment.ts'
import { landingCommitId } from '../domain/commit.ts'
import type { Dataset } from '../domain/dataset.ts'
import { type Digest, emptyDigest, formatDigest, subtractDigests } from '../domain/digest.ts'
import { type ArchiveRecord, compareRecords, sameRecord } from '../domain/record.ts'
import { makeUlid } from '../domain/ulid.ts'
import type { CommitLog, PartitionRegistry } from '../ports/catalog.ts'
import type { Clock, Random } from '../ports/clock.ts'
import type { SegmentWriter } from '../ports/segment-store.ts'
import { storeSegment } from './store-segment.ts'

export type LandDeps = {
  readonly registry: PartitionRegistry
  readonly log: CommitLog
  readonly writer: SegmentWriter
  readonly now: Clock
  readonly random: Random
}

export type Landing = {
  readonly dataset: Dataset
  readonly partition: string
  /** Not empty, in any order. */
  readonly records: readonly ArchiveRecord[]
  /**
   * Names what is landed, where a second attempt brings the very same records: then one attempt commits and the other
   * finds it done. One that brings other records, because they are read differently by now, commits them beside the first.
   * Left out where each attempt is its own.
   */
  readonly unit?: string
  /** Where they came from; goes into the segment's metadata. */
  readonly source: JsonValue
}

export type Landed = {
  readonly outcome: 'committed' | 'already-committed'
  readonly records: number
  /** Of the bodies that this attempt packed. */
  readonly bytes: number
  readonly duplicates: number
}

const dropRepeats = (records: readonly ArchiveRecord[]) => {
  const duplicates = makeDigester()
  const kept: ArchiveRecord[] = []
  let last: ArchiveRecord | undefined
  for (const record of records.toSorted(compareRecords)) {
    if (last !== undefined && sameRecord(last, record)) duplicates.add(record)
    else kept.push(record)
    last = record
  }
  return { kept, duplicates: duplicates.value() }
}

/** The unit and what it brings: the same name never stands for other records. */
const nameOf = (unit: string, received: Digest) =>
  `${unit}.${hash('sha256', formatDigest(received), 'hex').slice(0, 16)}`

/**
 * Packs records of one partition into a landing segment, verifies it, puts it and commits it (storage rules 4 and 7).
 * When it returns, every one of the records is in a committed segment. When it throws, nothing is known of them.
 */
export const landRecords =
  ({ registry, log, writer, now, random }: LandDeps) =>
  async ({ dataset, partition, records, unit, source }: Landing): Promise<Landed> => {
    const createdAt = now()
    const id = makeUlid(createdAt, random)
    const ref = { dataset: dataset.name, partition }
    const { kept, duplicates } = dropRepeats(records)
    const received = digestRecords(records)
    const commitId = landingCommitId(unit === undefined ? id : nameOf(unit, received))
    const landed = { records: received.count, duplicates: duplicates.count }
    const expected = subtractDigests(received, duplicates)
    // an attempt before this one may have come so far
    if (unit !== undefined && (await log.has(ref, commitId)))
      return { ...landed, outcome: 'already-committed', bytes: 0 }
    const sink = makeMemorySink()
    const packer = makeSegmentWriter({
      segment: { ...ref, id, kind: 'landing', createdAt },
      promoted: dataset.promoted,
      sink,
    })
    await packer.write(kept)
    const packed = await packer.finish({
      inputs: { commit: commitId, replaces: [], expired: '0:0:0', source },
      books: { received, duplicates },
    })
    const data = sink.content()
    await verifySegment(memorySource(data), expected, dataset.promoted)
    // known before anything is put there, so that whatever a crash leaves behind is found by the sweep
    await registry.expect(ref, createdAt + dataset.seal.after)
    const content = { kind: 'memory', data } as const
    const segment = await storeSegment(writer, {
      ref,
      id,
      kind: 'landing',
      packed,
      content,
      storageClass: 'STANDARD',
      createdAt,
    })
    const books = { received, duplicates, expired: emptyDigest }
    const commit = { id: commitId, segments: [segment], replaces: [], books, committedAt: now() }
    const outcome = await log.append(ref, commit)
    if (outcome === 'conflict' && unit === undefined)
      throw new Error(`${ref.dataset} ${partition}: the commit id ${commitId} was taken by other records`)
    return {
      ...landed,
      outcome: outcome === 'committed' ? 'committed' : 'already-committed',
      bytes: packed.bodyBytes,
    }
  }
