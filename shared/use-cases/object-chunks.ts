import type { SourceItem } from '../codec/sources/source-item.ts'

/** A run of an object's rows. Where it ends depends on the rows alone, so every attempt cuts the object alike. */
export type Chunk = { readonly index: number; readonly items: readonly SourceItem[] }

/** What one chunk may hold: its text stays in memory, once as rows and once packed. */
const CHUNK = { items: 250_000, bytes: 32 * 2 ** 20 }

const sizeOf = (item: SourceItem) => (item.kind === 'text' ? item.text.length : item.raw.length)

export async function* chunksOf(batches: AsyncIterable<readonly SourceItem[]>): AsyncGenerator<Chunk> {
  let index = 0
  let items: SourceItem[] = []
  let bytes = 0
  for await (const batch of batches) {
    for (const item of batch) {
      items.push(item)
      bytes += sizeOf(item)
    }
    if (items.length < CHUNK.items && bytes < CHUNK.bytes) continue
    yield { index, items }
    index += 1
    items = []
    bytes = 0
  }
  if (items.length > 0) yield { index, items }
}
