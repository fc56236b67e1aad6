import { createGunzip, createZstdDecompress } from 'node:zlib'

const OUTPUT_CHUNK = 64 * 1024
/** The decompressor is held up when this many chunks of output wait to be taken. */
const WAITING_CHUNKS = 16

const NOTHING = new Uint8Array()

/**
 * One run of a decompressor, which for zstd is one frame: Node's stream stops there without a word about the rest.
 * What it throws is the library's own error.
 */
export const startDecompressor = (compression: 'gzip' | 'zstd') => {
  const engine =
    compression === 'gzip'
      ? createGunzip({ chunkSize: OUTPUT_CHUNK })
      : createZstdDecompress({ chunkSize: OUTPUT_CHUNK })
  const output: Uint8Array[] = []
  let failure: unknown
  let ended = false
  let woken = Promise.withResolvers<void>()
  const wake = () => woken.resolve()
  engine.on('data', (chunk: Uint8Array) => {
    output.push(chunk)
    if (output.length >= WAITING_CHUNKS) engine.pause()
    wake()
  })
  engine.on('error', (error) => {
    failure ??= error
    wake()
  })
  engine.on('end', () => {
    ended = true
    wake()
  })

  /** Feeds a piece (or the end) and gives what comes out; returns what of the piece lies behind the end of the run. */
  async function* feed(piece: Uint8Array | undefined): AsyncGenerator<Uint8Array, Uint8Array> {
    const given = engine.bytesWritten + (piece?.length ?? 0)
    let accepted = false
    if (piece === undefined) engine.end()
    // a write that fails is also told of by an event
    else
      engine.write(piece, (error) => {
        accepted = !error
        wake()
      })
    for (;;) {
      for (let chunk = output.shift(); chunk !== undefined; chunk = output.shift()) yield chunk
      if (failure !== undefined) throw failure
      if (ended) return piece?.subarray(piece.length - (given - engine.bytesWritten)) ?? NOTHING
      if (accepted) return NOTHING
      woken = Promise.withResolvers<void>()
      engine.resume()
      await woken.promise
    }
  }

  return { feed, ended: () => ended, stop: () => engine.destroy() }
}
