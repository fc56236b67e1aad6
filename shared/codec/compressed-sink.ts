import { constants, createGzip, createZstdCompress } from 'node:zlib'
import type { Compression } from '../domain/rehydration.ts'
import type { SegmentSink } from './segment-sink.ts'

/** What goes into a compressor at once: always as much, so that the same text is the same bytes however it comes in. */
const BLOCK = 256 * 1024

const makePacker = (compression: Exclude<Compression, 'none'>) =>
  compression === 'gzip'
    ? createGzip({ level: 6 })
    : createZstdCompress({ params: { [constants.ZSTD_c_checksumFlag]: 1 } })

/** A sink that packs what it is given into another one. Memory: one block and what the compressor holds. */
export const makeCompressedSink = (sink: SegmentSink, compression: Compression): SegmentSink => {
  if (compression === 'none') return sink
  const packer = makePacker(compression)
  const block = Buffer.allocUnsafe(BLOCK)
  let filled = 0

  const passOn = async () => {
    for await (const packed of packer) await sink.write(packed)
  }
  const passing = Promise.allSettled([passOn()])
  /** Tells whoever writes or closes what the sink said. */
  const passed = async () => {
    const [outcome] = await passing
    if (outcome.status === 'rejected') throw outcome.reason
  }

  const pack = async (bytes: Uint8Array) => {
    const written = Promise.withResolvers<void>()
    packer.write(bytes, (error) => (error ? written.reject(error) : written.resolve()))
    try {
      await written.promise
    } catch (error) {
      // the reason is what the sink said; the stream only knows that nobody reads it any more
      await passed()
      throw error
    }
  }

  return {
    write: async (bytes) => {
      for (let at = 0; at < bytes.byteLength; ) {
        const part = bytes.subarray(at, at + BLOCK - filled)
        block.set(part, filled)
        filled += part.byteLength
        at += part.byteLength
        if (filled < BLOCK) continue
        await pack(block)
        filled = 0
      }
    },
    close: async () => {
      if (filled > 0) await pack(block.subarray(0, filled))
      filled = 0
      packer.end()
      await passed()
      await sink.close()
    },
  }
}
