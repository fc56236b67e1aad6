import { openSegment } from '../../../shared/codec/open-segment.ts'
import { makeMemorySink } from '../../../shared/codec/segment-sink.ts'
import { makeSegmentWriter } from '../../../shared/codec/segment-writer.ts'
import { addBooks } from '../../../shared/domain/commit.ts'
import { compareRecords } from '../../../shared/domain/record.ts'
import type { Segment } from '../../../shared/domain/segment.ts'
import { makeUlid } from '../../../shared/domain/ulid.ts'
import { storeSegment } from '../../../shared/use-cases/store-segment.ts'
import { collect } from '../../support/archive-facts.ts'
import type { Ports } from '../ports.ts'

type Append = Ports['log']['append']

/** Commits, in place of what a seal has merged, one segment of all records of its inputs; the books are those of such a seal. */
export const keepRepeats =
  (append: Append, { config, log, reader, writer, random, now }: Ports): Append =>
  async (ref, commit) => {
    const { commits } = await log.read(ref)
    const inputs = commits.filter(({ id }) => commit.replaces.includes(id))
    const books = addBooks(...inputs.map((input) => input.books))
    const [first] = commit.segments
    const hasRepeats = books.duplicates.count < commit.books.duplicates.count
    if (first === undefined || !hasRepeats) return append(ref, commit)
    const promoted = config.datasets.get(ref.dataset)?.promoted ?? []
    const rowsOf = async ({ key, bytes }: Segment) => {
      const source = { bytes, read: (start: number, end: number) => reader.read(key, start, end) }
      return (await collect((await openSegment(source, { promoted })).rows())).flat()
    }
    const records = (await Promise.all(inputs.flatMap(({ segments }) => segments.map(rowsOf)))).flat()
    const { kind, storageClass, createdAt } = first
    const id = makeUlid(now(), random)
    const sink = makeMemorySink()
    const packing = makeSegmentWriter({ segment: { ...ref, id, kind, createdAt }, promoted, sink })
    await packing.write(records.toSorted(compareRecords))
    const packed = await packing.finish({ inputs: null, books })
    const content = { kind: 'memory', data: sink.content() } as const
    const segment = await storeSegment(writer, { ref, id, kind, packed, content, storageClass, createdAt })
    return append(ref, { ...commit, segments: [segment], books })
  }
