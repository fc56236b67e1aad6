import * as fc from 'fast-check'
import type { SourceItem } from '../../../shared/codec/sources/source-item.ts'

/** The content in chunks of these sizes, over and over. */
export async function* chunked(content: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, turn = 0; at < content.length; turn += 1) {
    const size = Math.max(1, sizes[turn % sizes.length] ?? content.length)
    yield content.subarray(at, at + size)
    at += size
  }
}

export const anySizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 })

/** Everything that comes out, and the error that it ended with. */
export const drain = async <T>(
  batches: AsyncIterable<T[]>,
): Promise<{ items: T[]; error: unknown; sizes: number[] }> => {
  const items: T[] = []
  const sizes: number[] = []
  try {
    for await (const batch of batches) {
      items.push(...batch)
      sizes.push(batch.length)
    }
    return { items, error: undefined, sizes }
  } catch (error) {
    return { items, error, sizes }
  }
}

export const texts = (items: readonly SourceItem[]): string[] =>
  items.map((item) =>
    item.kind === 'text' ? item.text : `${item.reason}:${Buffer.from(item.raw).toString('latin1')}`,
  )
