import { gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { unpackPart } from '../../shared/codec/unpack-part.ts'

describe.each([
  ['none', (content: Buffer) => content],
  ['gzip', gzipSync],
  ['zstd', zstdCompressSync],
] as const)('a part in %s', (compression, pack) => {
  it('is unpacked up to the limit, and not beyond', () => {
    const content = Buffer.from('{"a":1}\n'.repeat(1000))
    const packed = pack(content)
    expect(unpackPart(packed, compression, content.length)).toEqual(content)
    expect(unpackPart(packed, compression, content.length - 1)).toBeUndefined()
    expect(unpackPart(packed, compression, 0)).toBeUndefined()
  })
})

it.each(['gzip', 'zstd'] as const)('what is no %s at all is an error', (compression) => {
  expect(() => unpackPart(Buffer.from('neither of them'), compression, 100)).toThrow()
})
