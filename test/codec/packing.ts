import * as fc from 'fast-check'
import type { ByteSource } from '../../shared/codec/byte-source.ts'
import { memorySource } from '../../shared/codec/byte-source.ts'
import { digestRecords } from '../../shared/codec/digest.ts'
import { openSegment } from '../../shared/codec/open-segment.ts'
import type { JsonValue, SegmentIdentity } from '../../shared/codec/segment-format.ts'
import { makeMemorySink } from '../../shared/codec/segment-sink.ts'
import type { PackedSegment } from '../../shared/codec/segment-writer.ts'
import { makeSegmentWriter } from '../../shared/codec/segment-writer.ts'
import type { PromotedColumn } from '../../shared/domain/dataset.ts'
import { emptyDigest } from '../../shared/domain/digest.ts'
import type { ArchiveRecord } from '../../shared/domain/record.ts'
import { compareRecords } from '../../shared/domain/record.ts'
import { aRecord, NOON } from '../support/builders.ts'

export const identity: SegmentIdentity = {
  dataset: 'orders',
  partition: '2024-03-10',
  id: '01HRKZ0000000000000000ABCD',
  kind: 'landing',
  createdAt: NOON,
}

export type Packed = PackedSegment & { content: Buffer; source: ByteSource; sorted: ArchiveRecord[] }

/** Sorts records and packs them into a segment in memory. */
export const pack = async (
  unsorted: readonly ArchiveRecord[],
  options: { promoted?: PromotedColumn[]; segment?: SegmentIdentity; inputs?: JsonValue } = {},
): Promise<Packed> => {
  const sink = makeMemorySink()
  const records = [...unsorted].sort(compareRecords)
  const { promoted = [], segment = identity, inputs = { messages: 1 } } = options
  const writer = makeSegmentWriter({ segment, promoted, sink })
  await writer.write(records)
  const books = { received: digestRecords(records), duplicates: emptyDigest }
  const packed = await writer.finish({ inputs, books })
  const content = sink.content()
  return { ...packed, content, source: memorySource(content), sorted: records }
}

export const collect = async <T>(batches: AsyncIterable<T[]>): Promise<T[]> => {
  const all: T[] = []
  for await (const batch of batches) all.push(...batch)
  return all
}

export const readAll = async (source: ByteSource): Promise<ArchiveRecord[]> =>
  collect((await openSegment(source)).rows())

/** A source that counts what is read of it. */
export const counting = (source: ByteSource) => {
  const reads: { start: number; end: number }[] = []
  const counted: ByteSource = {
    bytes: source.bytes,
    read: (start, end) => {
      reads.push({ start, end })
      return source.read(start, end)
    },
  }
  return { source: counted, reads }
}

/** Well-formed text with what breaks codecs: emoji, a byte order mark, NUL, line ends, surrogate pairs, non-characters. */
export const anyText = (options: { minLength?: number; maxLength?: number } = {}) =>
  fc.oneof(
    fc.string({ unit: 'binary', ...options }),
    fc.string({ unit: 'grapheme', ...options }),
    fc.constantFrom('\ufeffafter a mark', '\0', 'a\r\nb', '😀\u{10ffff}', '\ue000\uffff', '"quoted"', "it's"),
  )

export const anyRecord = () =>
  fc.record({
    id: anyText({ minLength: 1, maxLength: 30 }),
    time: fc.integer({ min: -62_167_219_200_000, max: 253_402_300_799_999 }),
    body: fc.oneof(anyText(), fc.constant('')),
    header: fc.option(anyText()),
    arrived: fc.integer({ min: 0, max: 4e12 }),
    version: fc.option(anyText()),
    promoted: fc.constant([]),
  })

/** Different records of one day, with bodies of JSON that compress. */
export const someRecords = (
  count: number,
  body = (at: number) => JSON.stringify({ at, note: 'n'.repeat(40) }),
) =>
  Array.from({ length: count }, (_, at) =>
    aRecord({
      id: `o-${(at * 7919) % 1_000_003}`,
      time: NOON + (at % 1000),
      body: body(at),
      arrived: NOON + at,
    }),
  )

/** Text that does not compress, the same in every run. */
export const noise = (length: number, seed = 1): string => {
  let state = seed
  let text = ''
  while (text.length < length) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    text += state.toString(36)
  }
  return text.slice(0, length)
}
