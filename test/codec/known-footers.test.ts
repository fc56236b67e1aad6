import { expect, test } from 'vitest'
import { decodeOnce } from '../../shared/codec/decode-once.ts'
import { decodeFooter, readFooter } from '../../shared/codec/segment-footer.ts'
import { aRecord } from '../support/builders.ts'
import { pack } from './packing.ts'

const packed = (name: string, idBytes = 4) => pack([aRecord({ id: name.padEnd(idBytes, '-') })])
const footerOf = async (name: string) => (await readFooter((await packed(name)).source)).bytes

test('the same bytes of a small footer are decoded once', async () => {
  const bytes = await footerOf('once')
  expect(decodeFooter(Uint8Array.from(bytes))).toBe(decodeFooter(bytes))
})

test('what a footer says does not change with the memory that it was decoded from', async () => {
  const bytes = Uint8Array.from(await footerOf('kept'))
  const before = decodeFooter(bytes)
  bytes.fill(0)
  expect(before.rowGroups[0]?.minId).toBe('kept')
  expect(Buffer.from(before.bytes).includes('PAR1')).toBe(true)
  expect(() => decodeFooter(bytes)).toThrow()
})

test('a byte of difference is another footer', async () => {
  const bytes = Uint8Array.from(await footerOf('whole'))
  decodeFooter(bytes)
  bytes[10] = Number(bytes[10]) ^ 1
  expect(() => decodeFooter(bytes)).toThrow('its checksum is wrong')
})

test('bytes of the same CRC-32 are not taken for each other', () => {
  const decode = decodeOnce((bytes) => Buffer.from(bytes).toString())
  // both are 4ddb0c25
  expect(decode(Buffer.from('plumless'))).toBe('plumless')
  expect(decode(Buffer.from('buckeroo'))).toBe('buckeroo')
  expect(decode(Buffer.from('plumless'))).toBe('plumless')
})

test('only so many are remembered, and no large one', async () => {
  const bytes = await footerOf('early')
  const early = decodeFooter(bytes)
  for (let at = 0; at < 64; at += 1) await footerOf(`other ${at}`)
  expect(decodeFooter(bytes)).not.toBe(early)
  expect(decodeFooter(bytes)).toEqual(early)

  const { source } = await packed('large', 5000)
  const large = await readFooter(source)
  expect(large.bytes.length).toBeGreaterThan(8 * 1024)
  expect(decodeFooter(large.bytes)).not.toBe(large)
})
