import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  batchMessages,
  MAX_BATCH_BYTES,
  MAX_BATCH_MESSAGES,
  type Message,
  packMessages,
  type Refusal,
} from '../../cli/pack-messages.ts'

const OVERHEAD = 20

const pack = async (lines: readonly string[]) => {
  const refused: Refusal[] = []
  const input = lines.map((line) => {
    const bytes = Buffer.from(line)
    return { bytes, length: bytes.length }
  })
  const chunks = (async function* () {
    yield input
  })()
  const onRefusal = (refusal: Refusal) => void refused.push(refusal)
  const batches = await Array.fromAsync(
    batchMessages(packMessages(chunks, { overhead: OVERHEAD, onRefusal })),
  )
  return { batches, refused }
}

const sizeOf = (messages: readonly Message[]) =>
  messages.reduce((sum, { body }) => sum + Buffer.byteLength(body) + OVERHEAD, 0)

describe('lines in messages in batches', () => {
  it('are all there, in order, and within every limit of SQS', async () => {
    const line = fc
      .tuple(fc.constantFrom('a', 'é', '\u{1f30b}'), fc.oneof(fc.nat(60), fc.nat(300_000)))
      .map(([character, count]) => character.repeat(count))
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 40 }), async (lines) => {
        const { batches, refused } = await pack(lines)
        const fits = (text: string) => Buffer.byteLength(text) <= MAX_BATCH_BYTES - OVERHEAD
        const sent = batches.flat().flatMap(({ body }) => body.split('\n'))
        expect(sent).toEqual(lines.filter((text) => text !== '' && fits(text)))
        expect(refused).toHaveLength(lines.filter((text) => !fits(text)).length)
        for (const batch of batches) {
          expect(batch.length).toBeLessThanOrEqual(MAX_BATCH_MESSAGES)
          expect(sizeOf(batch)).toBeLessThanOrEqual(MAX_BATCH_BYTES)
          for (const { body, bytes, records } of batch) {
            expect(bytes).toBe(Buffer.byteLength(body) + OVERHEAD)
            expect(records).toBe(body.split('\n').length)
          }
        }
      }),
      { numRuns: 60 },
    )
  })

  it('hold the longest line that SQS takes, and refuse one byte more', async () => {
    const longest = 'x'.repeat(MAX_BATCH_BYTES - OVERHEAD)
    const { batches, refused } = await pack([longest, `${longest}x`, 'after'])
    expect(batches.flat().map(({ body }) => body)).toEqual([longest, 'after'])
    expect(refused).toEqual([{ line: 2, why: expect.stringContaining('and a message takes') }])
  })

  it('fill batches, so that few calls send many records', async () => {
    const { batches } = await pack(Array(20_000).fill('x'.repeat(99)))
    expect(batches).toHaveLength(2)
  })
})
