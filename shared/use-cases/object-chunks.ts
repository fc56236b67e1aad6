import { DecompressionLimit, SourceCorrupt, type SourceItem } from '../codec/sources/source-item.ts'

/** A run of an object's rows. Where it ends depends on the rows alone, so every attempt under the same limits cuts alike. */
export type Chunk = {
  readonly index: number
  readonly items: readonly SourceItem[]
  /** The number of its last row. */
  readonly lastRow: number
  /** False where damage cut it short: another attempt may see more of it. */
  readonly whole: boolean
}

/** What one chunk may hold: it ends with the row that fills it. */
export type ChunkLimit = { readonly items: number; readonly bytes: number }

/** The text of a chunk stays in memory, once as rows and once packed. */
const CHUNK: ChunkLimit = { items: 250_000, bytes: 32 * 2 ** 20 }

const sizeOf = (item: SourceItem) => (item.kind === 'text' ? item.text.length : item.raw.length)

/** Whether there is room for another chunk beside it: what makes one larger than others is its last row. */
export const isOfUsualSize = ({ items }: Chunk): boolean =>
  items.slice(-1).every((item) => sizeOf(item) <= CHUNK.bytes)

const isDamage = (error: unknown) => error instanceof SourceCorrupt || error instanceof DecompressionLimit

/** So much of an object was cut into chunks, and archived, by earlier attempts. */
export type Passed = { readonly chunks: number; readonly rows: number }

/**
 * The chunks behind those that are `passed`. They are passed by their rows, never by their number: a deployment may have changed
 * the limits that chunks are cut by. Where the object is damaged, what came before goes out first.
 */
export async function* chunksOf(
  batches: AsyncIterable<readonly SourceItem[]>,
  passed: Passed,
  limit = CHUNK,
): AsyncGenerator<Chunk> {
  let index = passed.chunks
  let items: SourceItem[] = []
  let bytes = 0
  let lastRow = passed.rows
  try {
    for await (const batch of batches) {
      for (const item of batch) {
        if (item.row <= passed.rows) continue
        items.push(item)
        lastRow = item.row
        bytes += sizeOf(item)
        if (items.length < limit.items && bytes < limit.bytes) continue
        yield { index, items, lastRow, whole: true }
        index += 1
        items = []
        bytes = 0
      }
    }
  } catch (error) {
    if (isDamage(error) && items.length > 0) yield { index, items, lastRow, whole: false }
    throw error
  }
  if (items.length > 0) yield { index, items, lastRow, whole: true }
}
