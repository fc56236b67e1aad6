import type { Rejection } from '../rejection.ts'

/** One row of an object, in order: its text as it stands there, or what is wrong with it. */
export type SourceItem =
  | {
      readonly kind: 'text'
      readonly text: string
      /** For CSV, the header line. */
      readonly header: string | null
      /** Counts from 1: the line of an NDJSON file, the row of a CSV (without its header) or Parquet file. */
      readonly row: number
    }
  | (Rejection & {
      readonly kind: 'invalid'
      /** For CSV, the header line. */
      readonly header: string | null
      readonly row: number
      /** The row's bytes; when it is too long only the first of them, and then the object itself must be kept. */
      readonly raw: Uint8Array
      readonly complete: boolean
    })

/** The object as a whole cannot be read on from here: truncated, damaged, or not of its format. Terminal for this version. */
export class SourceCorrupt extends Error {
  override readonly name = 'SourceCorrupt'
}

/** The object unpacks to more than was allowed for: a decompression bomb, or a limit set too low. */
export class DecompressionLimit extends Error {
  override readonly name = 'DecompressionLimit'
}

export type SourceLimits = {
  /** The longest row, in bytes. Longer ones come as `invalid` items with the reason `body-too-long`. */
  readonly maxBodyBytes: number
  /** The most bytes that the object may unpack to; 256 GiB unless given. */
  readonly maxOutputBytes?: number
  /** The most bytes that one compressed byte may unpack to, from 64 MiB of output on; 1,000 unless given. */
  readonly maxRatio?: number
}

const BATCH = { items: 1000, bytes: 1024 * 1024 }

const sizeOf = (item: SourceItem): number => (item.kind === 'text' ? item.text.length : item.raw.length)

/** Groups items by number and size alone, so that the batches of an object are the same however it arrived. */
export async function* batchItems(items: AsyncIterable<Iterable<SourceItem>>): AsyncGenerator<SourceItem[]> {
  let batch: SourceItem[] = []
  let bytes = 0
  const take = (): SourceItem[] => {
    const full = batch
    batch = []
    bytes = 0
    return full
  }
  try {
    for await (const group of items)
      for (const item of group) {
        batch.push(item)
        bytes += sizeOf(item)
        if (batch.length >= BATCH.items || bytes >= BATCH.bytes) yield take()
      }
  } catch (error) {
    // what was read before the damage is good, and goes out first
    const ofSource = error instanceof SourceCorrupt || error instanceof DecompressionLimit
    if (ofSource && batch.length > 0) yield take()
    throw error
  }
  if (batch.length > 0) yield take()
}
