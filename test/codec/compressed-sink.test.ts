import { randomBytes } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeCompressedSink } from '../../shared/codec/compressed-sink.ts'
import { makeMemorySink, type SegmentSink } from '../../shared/codec/segment-sink.ts'

const KINDS = [
  ['gzip', gunzipSync],
  ['zstd', zstdDecompressSync],
] as const

const text = Buffer.from(Array.from({ length: 60_000 }, (_, at) => `{"n":${at}}`).join('\n'))

const pack = async (kind: 'none' | 'gzip' | 'zstd', pieces: readonly Uint8Array[]) => {
  const sink = makeMemorySink()
  const packed = makeCompressedSink(sink, kind)
  for (const piece of pieces) await packed.write(piece)
  await packed.close()
  return sink.content()
}

const cut = (content: Buffer, sizes: readonly number[]) => {
  const pieces: Uint8Array[] = []
  for (let at = 0, turn = 0; at < content.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1
    pieces.push(content.subarray(at, at + size))
    at += size
  }
  return pieces
}

it('no compression leaves a sink as it is', async () => {
  expect(await pack('none', [text])).toEqual(text)
})

describe.each(KINDS)('%s', (kind, unpack) => {
  it('gives back what went in, smaller in between', async () => {
    const packed = await pack(kind, [text])
    expect(unpack(packed)).toEqual(text)
    expect(packed.length).toBeLessThan(text.length / 2)
    expect(unpack(await pack(kind, []))).toHaveLength(0)
  })

  it('is the same bytes, in whatever pieces they come', async () => {
    const whole = await pack(kind, [text])
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 400_000 }), { minLength: 1, maxLength: 5 }),
        async (sizes) => {
          // one byte at a time is as good as forty, and takes minutes
          const pieces = cut(
            text,
            sizes.map((size) => Math.max(size, 40)),
          )
          expect(await pack(kind, pieces)).toEqual(whole)
        },
      ),
      { numRuns: 15 },
    )
  })

  it('does not take in more than a slow sink lets out', async () => {
    let out = 0
    const slow: SegmentSink = {
      write: async (bytes) => {
        for (let turns = 0; turns < 20; turns += 1) await nextTurn()
        out += bytes.length
      },
      close: async () => undefined,
    }
    const packed = makeCompressedSink(slow, kind)
    let [taken, most] = [0, 0]
    for (let pieces = 0; pieces < 24; pieces += 1) {
      // nothing to save: what goes in has to come out
      await packed.write(randomBytes(2 ** 20))
      taken += 2 ** 20
      most = Math.max(most, taken - out)
    }
    await packed.close()
    expect(out).toBeGreaterThan(taken)
    expect(most).toBeLessThan(3 * 2 ** 20)
  })

  it.each([0, 1])('says what the sink says when it takes no more than %i pieces', async (most) => {
    let writes = 0
    const full: SegmentSink = {
      write: async () => {
        if (writes === most) throw new RangeError('the disk is full')
        writes += 1
      },
      close: async () => undefined,
    }
    const packed = makeCompressedSink(full, kind)
    const fill = async () => {
      for (let pieces = 0; pieces < 40; pieces += 1) await packed.write(randomBytes(2 ** 18))
      await packed.close()
    }
    await expect(fill()).rejects.toThrow(new RangeError('the disk is full'))
  })

  it('takes nothing after its end, and says so', async () => {
    const sink = makeMemorySink()
    const packed = makeCompressedSink(sink, kind)
    await packed.write(Buffer.from('x'))
    await packed.close()
    await expect(packed.write(randomBytes(2 ** 20))).rejects.toThrow('write after end')
    expect(unpack(sink.content()).toString()).toBe('x')
  })

  it('says what the sink says when the end does not fit', async () => {
    const full: SegmentSink = {
      write: () => Promise.reject(new RangeError('the disk is full')),
      close: async () => undefined,
    }
    const packed = makeCompressedSink(full, kind)
    await packed.write(Buffer.from('x'))
    await expect(packed.close()).rejects.toThrow(new RangeError('the disk is full'))
  })
})
