import { Readable } from 'node:stream'
import type { Piece } from './stored.ts'
import type { World } from './world.ts'

/** The bytes of an answer: to be taken at once, either way, before another request is served. */
export type Content = {
  readonly size: number
  bytes(): Buffer
  /** In bounded memory. What it reads stays there until it is closed. */
  stream(): Readable
}

type Slice = { readonly blob: string; readonly start: number; readonly end: number }

/** Which bytes of which blobs make up `start` to, without, `end` of an object. */
const slicesOf = (pieces: readonly Piece[], start: number, end: number): Slice[] => {
  let offset = 0
  const slices: Slice[] = []
  for (const { blob, size } of pieces) {
    const from = Math.max(start - offset, 0)
    const to = Math.min(end - offset, size)
    if (from < to) slices.push({ blob, start: from, end: to })
    offset += size
  }
  return slices
}

export const contentOf = (world: World, pieces: readonly Piece[], start: number, end: number): Content => {
  const { store, journal } = world
  const slices = slicesOf(pieces, start, end)
  return {
    size: end - start,
    bytes: () => Buffer.concat(slices.map((slice) => store.read(slice.blob, slice.start, slice.end))),
    stream: () => {
      const [only] = slices
      if (only === undefined) return Readable.from([], { objectMode: false })
      if (slices.length === 1) return store.stream(only.blob, only.start, only.end)
      for (const { blob } of slices) journal.retain(blob)
      const stream = Readable.from(readInTurn(world, slices), { objectMode: false })
      stream.once('close', () => {
        for (const { blob } of slices) journal.release(blob)
        journal.commit()
      })
      return stream
    },
  }
}

async function* readInTurn({ store }: World, slices: readonly Slice[]) {
  for (const { blob, start, end } of slices) yield* store.stream(blob, start, end)
}
