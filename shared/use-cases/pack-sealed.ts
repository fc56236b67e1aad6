import type { JsonValue } from '../codec/segment-format.ts'
import type { SegmentSink } from '../codec/segment-sink.ts'
import { makeSegmentWriter, type PackedSegment, type SegmentWriter } from '../codec/segment-writer.ts'
import { verifySegment } from '../codec/verify-segment.ts'
import type { Dataset } from '../domain/dataset.ts'
import type { ArchiveRecord } from '../domain/record.ts'
import type { PartitionRef } from '../domain/segment.ts'
import type { ScratchFolder } from '../ports/scratch.ts'

export type SealedFile = { readonly id: string; readonly name: string; readonly packed: PackedSegment }

type OpenFile = {
  readonly id: string
  readonly name: string
  readonly sink: SegmentSink
  readonly writer: SegmentWriter
}

export type SealedFiles = {
  write(records: readonly ArchiveRecord[]): Promise<void>
  /** Ends the last file; every file has then been decoded again and found to hold what went in. */
  finish(): Promise<readonly SealedFile[]>
  /** Closes what is open after a failure. */
  abandon(): Promise<void>
}

/** Counts what passes, because a file is full by its compressed size. */
const counting = (sink: SegmentSink) => {
  const count = { bytes: 0 }
  const write = async (bytes: Uint8Array) => {
    count.bytes += bytes.byteLength
    await sink.write(bytes)
  }
  return { count, sink: { write, close: () => sink.close() } }
}

/** Packs ordered records into sealed segments in `folder`, starting a new one whenever the dataset's target size is reached. */
export const makeSealedFiles = (options: {
  readonly ref: PartitionRef
  readonly dataset: Dataset
  readonly folder: ScratchFolder
  readonly createdAt: number
  readonly makeId: () => string
  /** What the segments are made from, for their metadata. */
  readonly inputs: Readonly<Record<string, JsonValue>>
  readonly books: Parameters<SegmentWriter['finish']>[0]['books']
}): SealedFiles => {
  const { ref, dataset, folder, createdAt, makeId, inputs, books } = options
  const done: SealedFile[] = []
  const run = makeId()
  let current: (OpenFile & { readonly count: { readonly bytes: number } }) | undefined

  const open = async () => {
    const id = makeId()
    const name = `sealed-${id}`
    const { sink, count } = counting(await folder.create(name))
    const segment = { ...ref, id, kind: 'sealed', createdAt } as const
    return { id, name, sink, count, writer: makeSegmentWriter({ segment, promoted: dataset.promoted, sink }) }
  }

  /** Each says which of them it is, so that one can tell from the bucket alone whether all are there. */
  const end = async (last: boolean) => {
    if (current === undefined) return
    const { id, name, writer } = current
    const part = { run, number: done.length + 1, last }
    const packed = await writer.finish({ inputs: { ...inputs, part }, books })
    current = undefined
    const source = await folder.open(name)
    try {
      await verifySegment(source, packed.records, dataset.promoted)
    } finally {
      await source.close()
    }
    done.push({ id, name, packed })
  }

  return {
    write: async (records) => {
      if (current !== undefined && current.count.bytes >= dataset.seal.targetBytes) await end(false)
      current ??= await open()
      await current.writer.write(records)
    },
    finish: async () => {
      await end(true)
      return done
    },
    abandon: async () => {
      await current?.sink.close()
    },
  }
}
