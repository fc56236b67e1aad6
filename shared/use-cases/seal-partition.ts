import { makeDigester } from '../codec/digest.ts'
import { mergeRecords } from '../codec/merge-records.ts'
import { type OpenSegment, openSegment } from '../codec/open-segment.ts'
import { addBooks, type Commit } from '../domain/commit.ts'
import type { Dataset } from '../domain/dataset.ts'
import { addDigests, emptyDigest, formatDigest, sameDigest } from '../domain/digest.ts'
import { planSeal } from '../domain/plan-seal.ts'
import type { PartitionRef } from '../domain/segment.ts'
import { isBehind, worthKeeping } from '../domain/snapshot.ts'
import { makeUlid } from '../domain/ulid.ts'
import type { SealMetrics } from '../ports/archive-metrics.ts'
import type { CommitLog, PartitionRegistry } from '../ports/catalog.ts'
import type { Clock, Random } from '../ports/clock.ts'
import type { Scratch, ScratchFolder, ScratchSource } from '../ports/scratch.ts'
import type { SegmentReader, SegmentWriter } from '../ports/segment-store.ts'
import type { Snapshots } from '../ports/snapshots.ts'
import { mapBounded } from './bounded.ts'
import { makeSealedFiles } from './pack-sealed.ts'
import { storeSegment } from './store-segment.ts'

export type SealDeps = {
  readonly registry: PartitionRegistry
  readonly log: CommitLog
  readonly snapshots: Snapshots
  readonly reader: SegmentReader
  readonly writer: SegmentWriter
  readonly scratch: Scratch
  readonly metrics: SealMetrics
  readonly now: Clock
  readonly random: Random
}

const DOWNLOADS_AT_ONCE = 8

/** A merge holds a row group of each input at a time, so it reads small pieces. */
const READ_BYTES = 256 * 1024

const readWhole = async (folder: ScratchFolder, name: string) => {
  const file = await folder.open(name)
  return file.read(0, file.bytes).finally(file.close)
}

const openInputs = async (
  reader: SegmentReader,
  dataset: Dataset,
  inputs: readonly Commit[],
  folder: ScratchFolder,
) => {
  const segments = inputs.flatMap((commit) => commit.segments)
  const names = await mapBounded(segments, DOWNLOADS_AT_ONCE, async ({ id, key, sha256 }) => {
    const name = `input-${id}`
    const sink = await folder.create(name)
    await reader.download(key, sink, sha256).finally(sink.close)
    return name
  })
  const files: ScratchSource[] = []
  const close = () => mapBounded(files, DOWNLOADS_AT_ONCE, (file) => file.close())
  try {
    const open = await mapBounded(names, DOWNLOADS_AT_ONCE, async (name) => {
      const file = await folder.open(name)
      files.push(file)
      return openSegment(file, { promoted: dataset.promoted, readBytes: READ_BYTES })
    })
    return { open, close }
  } catch (error) {
    await close()
    throw error
  }
}

const merge = async (inputs: readonly OpenSegment[], files: ReturnType<typeof makeSealedFiles>) => {
  const dropped = makeDigester()
  try {
    for await (const batch of mergeRecords(
      inputs.map((input) => input.rows()),
      { duplicates: dropped },
    ))
      await files.write(batch)
    return { sealed: await files.finish(), dropped: dropped.value() }
  } catch (error) {
    await files.abandon()
    throw error
  }
}

/**
 * Merges what `planSeal` finds worth merging into sealed segments of the class that the partition's age calls for, and
 * commits them as the next generation: of two that run at once, one gets the number, and the other's objects are orphans.
 */
export const sealPartition =
  (deps: SealDeps) =>
  async (
    dataset: Dataset,
    { partition }: Pick<PartitionRef, 'partition'>,
  ): Promise<'sealed' | 'nothing-to-seal' | 'too-early' | 'outrun' | 'catalog-behind'> => {
    const { log, now, random, writer, metrics } = deps
    const ref = { dataset: dataset.name, partition }
    const kept = await deps.snapshots.read(ref)
    const readAt = now()
    const state = await log.read(ref)
    // what such a log calls alive may be dead, and the number that it calls free taken
    if (isBehind(state.commits, kept.snapshot)) return 'catalog-behind'
    const plan = planSeal(state, dataset, partition, now())
    if (plan.kind === 'nothing-to-seal') return 'nothing-to-seal'
    if (plan.kind === 'wait') return 'too-early'
    const { inputs, generation, storageClass } = plan
    const createdAt = now()
    const folder = await deps.scratch.folder()
    try {
      const books = addBooks(...inputs.map((commit) => commit.books))
      const source = await openInputs(deps.reader, dataset, inputs, folder)
      const files = makeSealedFiles({
        ref,
        dataset,
        folder,
        createdAt,
        makeId: () => makeUlid(now(), random),
        inputs: {
          commit: generation,
          replaces: inputs.map(({ id }) => id),
          expired: formatDigest(books.expired),
          source: 'seal',
        },
        books,
      })
      const { sealed, dropped } = await merge(source.open, files).finally(source.close)
      const before = addDigests(...inputs.flatMap(({ segments }) => segments.map(({ records }) => records)))
      const after = addDigests(dropped, ...sealed.map(({ packed }) => packed.records))
      if (!sameDigest(before, after))
        throw new Error(
          `${ref.dataset} ${ref.partition}: sealed ${formatDigest(after)} of ${formatDigest(before)}, nothing was changed`,
        )
      await deps.registry.expect(ref, now() + dataset.seal.after)
      const segments = await mapBounded(sealed, 1, ({ id, name, packed }) => {
        const content = { kind: 'file', read: () => readWhole(folder, name) } as const
        return storeSegment(writer, { ref, id, kind: 'sealed', packed, content, storageClass, createdAt })
      })
      const commit: Commit = {
        id: generation,
        segments,
        replaces: inputs.map(({ id }) => id),
        books: addBooks(books, { received: emptyDigest, duplicates: dropped, expired: emptyDigest }),
        committedAt: now(),
      }
      if ((await log.append(ref, commit)) === 'conflict') return 'outrun'
      for (const { bytes, bodyBytes, records } of segments)
        metrics.sealed({ bytes, bodyBytes, records: records.count, storageClass })
      metrics.duplicatesDropped(dropped.count)
      // the seal is done: where this fails the sweep does it, and the message only comes again
      const snapshot = { ...ref, commits: worthKeeping([...state.commits, commit]), takenAt: readAt }
      await deps.snapshots.write(snapshot, kept.version)
      return 'sealed'
    } finally {
      await folder.discard()
    }
  }
