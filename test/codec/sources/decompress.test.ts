import { gzipSync, zstdCompressSync } from 'node:zlib'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decompress } from '../../../shared/codec/sources/decompress.ts'
import { readObject } from '../../../shared/codec/sources/read-object.ts'
import { DecompressionLimit, SourceCorrupt } from '../../../shared/codec/sources/source-item.ts'
import { noise } from '../packing.ts'
import { anySizes, chunked, drain, texts } from './reading.ts'

const PACK = { gzip: gzipSync, zstd: zstdCompressSync } as const
const KINDS = ['gzip', 'zstd'] as const

const unpack = async (content: Uint8Array, kind: 'gzip' | 'zstd', sizes: number[] = [1000], limits = {}) => {
  const { items, error } = await drain(
    (async function* () {
      for await (const chunk of decompress(chunked(content, sizes), kind, limits)) yield [chunk]
    })(),
  )
  return { content: Buffer.concat(items), error }
}

describe.each(KINDS)('%s', (kind) => {
  const compress = PACK[kind]

  it('unpacks every member or frame, wherever they and the chunks end', async () => {
    const parts = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(parts, anySizes, async (contents, sizes) => {
        const packed = Buffer.concat(contents.map((content) => compress(content)))
        const { content, error } = await unpack(packed, kind, sizes)
        expect(error).toBeUndefined()
        expect(content.equals(Buffer.concat(contents))).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  it('unpacks members that end exactly where the pieces fed to the decompressor end', async () => {
    const text = Buffer.from(noise(100_000))
    // stored blocks of random text: sizes near 64 KiB on purpose
    for (let length = 65_000; length < 65_600; length += 37) {
      const part = compress(text.subarray(0, length))
      const { content, error } = await unpack(Buffer.concat([part, part, part]), kind, [part.length])
      expect(error).toBeUndefined()
      expect(content.length).toBe(3 * length)
    }
  })

  it('gives megabytes in small chunks, held up by a slow reader', async () => {
    const packed = compress(Buffer.alloc(50 * 2 ** 20, 'abc\n'))
    let total = 0
    for await (const chunk of decompress(chunked(packed, [100_000]), kind, { maxRatio: 1e6 })) {
      expect(chunk.length).toBeLessThanOrEqual(64 * 1024)
      if (total % 1_000_000 < 65_536) await new Promise((resolve) => setTimeout(resolve, 0))
      total += chunk.length
    }
    expect(total).toBe(50 * 2 ** 20)
  })

  it('that is cut off anywhere is corrupt', async () => {
    const whole = Buffer.concat([compress(noise(300)), compress(noise(200))])
    const ends = compress(noise(300)).length
    for (let length = 0; length < whole.length; length += 1) {
      const { error } = await unpack(whole.subarray(0, length), kind)
      // one whole member or frame is a whole file
      if (length === ends) expect(error).toBeUndefined()
      else expect(error).toBeInstanceOf(SourceCorrupt)
    }
  })

  it('that is followed by something else is corrupt', async () => {
    const packed = compress('hello')
    for (const rest of ['x', 'more text', '\0\0x'])
      expect((await unpack(Buffer.concat([packed, Buffer.from(rest)]), kind, [3])).error).toBeInstanceOf(
        SourceCorrupt,
      )
  })

  it('never gives other content without an error when a byte is changed', async () => {
    const content = Buffer.from(noise(400))
    const packed = kind === 'gzip' ? gzipSync(content) : zstdCompressSync(content, { params: { 201: 1 } })
    for (let at = 0; at < packed.length; at += 1) {
      const damaged = Buffer.from(packed)
      damaged[at] = (damaged[at] ?? 0) ^ 0xff
      const found = await unpack(damaged, kind)
      if (found.error === undefined) expect(found.content.equals(content)).toBe(true)
      else expect(found.error).toBeInstanceOf(SourceCorrupt)
    }
  })

  it('[S5] is stopped when it is a bomb', async () => {
    const bomb = compress(Buffer.alloc(100 * 2 ** 20))
    expect((await unpack(bomb, kind, [1000], { maxOutputBytes: 2 ** 20 })).error).toBeInstanceOf(
      DecompressionLimit,
    )
    expect((await unpack(bomb, kind, [1000], { maxRatio: 20 })).error).toBeInstanceOf(DecompressionLimit)
  })

  it('gives the rows before the damage, then the error, the same however it is chunked', async () => {
    const content = Array.from({ length: 20_000 }, (_, at) =>
      JSON.stringify({ at, noise: noise(30, at + 1) }),
    ).join('\n')
    const packed = compress(content).subarray(0, -20_000)
    const outcomes = []
    for (const sizes of [[1000], [65_536, 3], [10_000_000]]) {
      const {
        items,
        error,
        sizes: batches,
      } = await drain(
        readObject(
          { format: 'ndjson', compression: kind, stream: chunked(packed, sizes) },
          { maxBodyBytes: 1000 },
        ),
      )
      expect(error).toBeInstanceOf(SourceCorrupt)
      expect(items.length).toBeGreaterThan(1000)
      expect(`${texts(items).join('\n')}\n`).toBe(content.slice(0, texts(items).join('\n').length + 1))
      outcomes.push(batches)
    }
    expect(outcomes[1]).toEqual(outcomes[0])
    expect(outcomes[2]).toEqual(outcomes[0])
  })

  it('passes on the errors of its stream as they are', async () => {
    async function* broken() {
      yield compress('{"a":1}\n').subarray(0, 10)
      throw new Error('connection reset')
    }
    const { error } = await drain(
      readObject({ format: 'ndjson', compression: kind, stream: broken() }, { maxBodyBytes: 1000 }),
    )
    expect(error).toMatchObject({ message: 'connection reset' })
  })
})

describe('gzip', () => {
  it('may be padded with zeros', async () => {
    const { content, error } = await unpack(
      Buffer.concat([gzipSync('hello'), Buffer.alloc(5000)]),
      'gzip',
      [7],
    )
    expect(error).toBeUndefined()
    expect(String(content)).toBe('hello')
  })
})
