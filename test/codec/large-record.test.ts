import { createHash, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { digestRecord } from '../../shared/codec/digest.ts'
import { makeMemorySink } from '../../shared/codec/segment-sink.ts'
import { verifySegment } from '../../shared/codec/verify-segment.ts'
import { formatDigest } from '../../shared/domain/digest.ts'
import { aRecord, NOON } from '../support/builders.ts'
import { pack, readAll } from './packing.ts'

const MiB = 2 ** 20

describe('a large record', () => {
  it('comes back to the byte, as do those beside it, and its memory is given back on the way', async () => {
    const bodies = [
      '{"n":1}',
      `{"x":"${'é😀x'.repeat(3 * MiB)}"}`,
      `{"x":"${randomBytes(18 * MiB).toString('base64')}"}`,
      '{"n":2}',
    ]
    const records = bodies.map((body, at) => aRecord({ id: `o-${at}`, body }))
    const { source, sorted, records: digest } = await pack(records)
    const read = await readAll(source)
    // compared one by one: a difference of megabytes is no message
    expect(read.map(({ id, body }) => [id, body === bodies[Number(id.slice(2))]])).toEqual(
      sorted.map(({ id }) => [id, true]),
    )
    await expect(verifySegment(source, digest)).resolves.toMatchObject({
      bodyBytes: 45 * MiB + 30,
    })
  })

  it.each([MiB - 2, MiB - 1, MiB, MiB + 1, 2 * MiB - 1])(
    'has the digest of a small one, with a pair of surrogates at %i',
    (at) => {
      const body = `${'x'.repeat(at)}😀${'é'.repeat(MiB)}`
      const md5 = createHash('md5').update(`3,-,${NOON}:o-1${body}`).digest('hex')
      expect(formatDigest(digestRecord(aRecord({ id: 'o-1', time: NOON, body })))).toBe(
        `1:${BigInt(`0x${md5.slice(0, 16)}`).toString(16)}:${BigInt(`0x${md5.slice(16)}`).toString(16)}`,
      )
    },
  )
})

describe('a sink in memory', () => {
  it('gives all that was written, as often as it is asked', async () => {
    const sink = makeMemorySink()
    await sink.write(Buffer.alloc(17 * MiB, 'a'))
    await sink.write(Buffer.from('b'))
    const content = sink.content()
    expect(content.length).toBe(17 * MiB + 1)
    expect(sink.content().equals(content)).toBe(true)
    expect(content.toString('latin1', 17 * MiB - 1)).toBe('ab')
  })

  it('that nothing was written to is empty', () => {
    expect(makeMemorySink().content()).toHaveLength(0)
  })
})
