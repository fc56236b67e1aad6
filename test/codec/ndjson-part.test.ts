import { describe, expect, it } from 'vitest'
import { makeNdjsonPart } from '../../shared/codec/ndjson-part.ts'
import { partColumns } from '../../shared/codec/part-columns.ts'
import { StoredRecord } from '../../shared/codec/stored-record.ts'
import type { ArchiveRecord } from '../../shared/domain/record.ts'
import { aRecord, NOON } from '../support/builders.ts'
import { fileOf, PROMOTED } from './part-files.ts'

const linesOf = async (columns: readonly string[] | null, ...records: readonly ArchiveRecord[]) =>
  (
    await fileOf((sink) => makeNdjsonPart(sink, columns && partColumns(columns, PROMOTED)), records)
  ).toString()

describe('an NDJSON file', () => {
  it('is the bodies, each a line', async () => {
    const bodies = ['{"a":1e400}', '{"a":1,"a":2}', '"\ufeff"']
    expect(await linesOf(null, ...bodies.map((body) => aRecord({ body })))).toBe(`${bodies.join('\n')}\n`)
  })

  it('is objects of the columns that are asked for, with integers whole and bodies as text', async () => {
    const record = aRecord({
      body: '{"a":\n1}',
      header: '=a,"b"',
      promoted: ['Ulm', 2n ** 63n - 1n, 0.1, false, NOON],
    })
    expect(
      await linesOf(
        ['seen', 'count', 'town', 'ratio', 'late', 'body', 'header', 'version', '__proto__'],
        record,
      ),
    ).toBe(
      '{"seen":"2024-03-10T12:00:00.000Z","count":9223372036854775807,"town":"Ulm","ratio":0.1,"late":false,' +
        '"body":"{\\"a\\":\\n1}","header":"=a,\\"b\\"","version":null,"__proto__":null}\n',
    )
  })

  it('gathers lines into pieces of about a megabyte', async () => {
    const sizes: number[] = []
    const sink = {
      write: async (bytes: Uint8Array) => void sizes.push(bytes.length),
      close: async () => undefined,
    }
    const part = makeNdjsonPart(sink, null)
    const body = `"${'x'.repeat(998)}"`
    for (let at = 0; at < 30; at += 1) await part.write(Array.from({ length: 100 }, () => aRecord({ body })))
    await part.finish({ count: 3000, upper: 0n, lower: 0n })
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(3000 * 1001)
    expect(Math.max(...sizes)).toBeLessThan(1024 * 1024 + 1001)
    expect(sizes).toHaveLength(3)
  })

  it('is the same of bodies that are bytes, whatever lies around them, in any order', async () => {
    const texts = [
      '{"a":1}',
      '{"a":\n1}',
      '',
      '"é"',
      '{"a":\r1}',
      `"${'x'.repeat(1_048_576)}"`,
      '{"b":2}',
      '[\r\n]',
    ]
    // lengths between texts may look like line breaks
    const pages = ['\n\r\n\n', '\r\0\0\0', 'xxxx'].map((between) =>
      Buffer.from(`${between}${texts.join(between)}`),
    )
    const records = pages.flatMap((page) => {
      let end = 0
      return texts.map((body, at) => {
        const start = end + 4
        end = start + Buffer.byteLength(body)
        return new StoredRecord(aRecord({ id: `${at}`, header: at === 6 ? 'a,b' : null }), {
          page,
          start,
          end,
        })
      })
    })
    const shuffled = [
      ...records,
      ...records.toReversed(),
      ...records.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    ]
    const asText = shuffled.map((record) =>
      aRecord({ id: record.id, body: record.body, header: record.header }),
    )
    expect(await linesOf(null, ...shuffled)).toBe(await linesOf(null, ...asText))
  })

  it('is written in order, a piece while the next is gathered, and what its sink says is told', async () => {
    const began: number[] = []
    let running = 0
    const slow = (fails: number) => ({
      write: async (bytes: Uint8Array) => {
        began.push(bytes.length)
        running += 1
        expect(running).toBe(1)
        await new Promise((resolve) => setTimeout(resolve, 5))
        running -= 1
        if (began.length === fails) throw new Error('the disk is full')
      },
      close: async () => undefined,
    })
    const record = aRecord({ body: `"${'x'.repeat(299_997)}"` })
    const write = async (fails: number) => {
      began.length = 0
      const part = makeNdjsonPart(slow(fails), null)
      for (let at = 0; at < 5; at += 1) await part.write([record])
      await part.write([aRecord({ body: `"${'é'.repeat(700_000)}"` })])
      await part.finish({ count: 6, upper: 0n, lower: 0n })
    }
    await write(0)
    expect(began.reduce((sum, bytes) => sum + bytes, 0)).toBe(5 * 300_000 + 1_400_003)
    const pieces = began.length
    for (let at = 1; at <= pieces; at += 1) await expect(write(at)).rejects.toThrow('the disk is full')
  })

  it('has each line whole, whatever it takes in UTF-8 and however long it is', async () => {
    const sizes = [1, 349_000, 349_500, 349_523, 349_524, 1_048_576, 2, 3_000_000, 5]
    const bodies = sizes.flatMap((size) =>
      ['x', 'é', '\u{30ab}', '😀'].map((one) => `"${one.repeat(size / one.length)}"`),
    )
    expect(await linesOf(null, ...bodies.map((body) => aRecord({ body })))).toBe(`${bodies.join('\n')}\n`)
  })
})
