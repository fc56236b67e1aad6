import { startDecompressor } from './decompressor.ts'
import type { OutputLimits } from './output-limit.ts'
import { makeOutputLimit } from './output-limit.ts'
import { SourceCorrupt } from './source-item.ts'

export type Compression = 'none' | 'gzip' | 'zstd'

const INPUT_PIECE = 64 * 1024

const corrupt = (compression: Compression, cause: unknown) =>
  new SourceCorrupt(`${compression}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })

type Decompressor = ReturnType<typeof startDecompressor>

async function* feed(
  engine: Decompressor,
  piece: Uint8Array | undefined,
  compression: Compression,
): AsyncGenerator<Uint8Array, Uint8Array> {
  try {
    return yield* engine.feed(piece)
  } catch (error) {
    throw corrupt(compression, error)
  }
}

async function* unpack(
  pieces: AsyncIterable<Uint8Array>,
  compression: 'gzip' | 'zstd',
): AsyncGenerator<Uint8Array> {
  let engine: Decompressor | undefined
  let padding = false
  let empty = true
  try {
    for await (const piece of pieces) {
      let rest = piece
      while (rest.length > 0) {
        empty = false
        // gzip files may be padded with zeros, as on tape
        if (compression === 'gzip' && rest[0] === 0 && engine === undefined) padding = true
        if (padding) {
          if (rest.some((byte) => byte !== 0)) throw corrupt(compression, 'data behind its end')
          break
        }
        engine ??= startDecompressor(compression)
        rest = yield* feed(engine, rest, compression)
        if (engine.ended()) engine = undefined
      }
    }
    if (engine !== undefined) yield* feed(engine, undefined, compression)
    if (empty) throw corrupt(compression, 'the object is empty')
  } finally {
    engine?.stop()
  }
}

/** Cuts a stream into pieces of at most 64 KiB, so that what comes out before an error does not depend on the network. */
async function* piecesOf(
  stream: AsyncIterable<Uint8Array>,
  count: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of stream) {
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + INPUT_PIECE - bytes)
      waiting.push(part)
      bytes += part.length
      at += part.length
      if (bytes === INPUT_PIECE) {
        count(bytes)
        yield Buffer.concat(waiting)
        waiting = []
        bytes = 0
      }
    }
  }
  count(bytes)
  if (bytes > 0) yield Buffer.concat(waiting)
}

/**
 * Unpacks a stream: every member of a gzip file, every frame of a zstd file. What came before damage comes out first.
 * Errors: `SourceCorrupt` when it is damaged or cut off; `DecompressionLimit`; those of the stream as they are.
 */
export async function* decompress(
  stream: AsyncIterable<Uint8Array>,
  compression: Compression,
  limits: OutputLimits = {},
): AsyncGenerator<Uint8Array> {
  if (compression === 'none') return yield* stream
  const count = makeOutputLimit(compression, limits)
  let read = 0
  const pieces = piecesOf(stream, (bytes) => {
    read += bytes
  })
  for await (const chunk of unpack(pieces, compression)) {
    count(chunk.length, read)
    yield chunk
  }
}
