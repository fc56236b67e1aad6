import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseCsvFields } from '../../../shared/codec/csv-fields.ts'
import { readObject } from '../../../shared/codec/sources/read-object.ts'
import { SourceCorrupt } from '../../../shared/codec/sources/source-item.ts'
import { anyText } from '../packing.ts'
import { anySizes, chunked, drain, texts } from './reading.ts'

const read = (format: 'ndjson' | 'csv', content: string | Uint8Array, sizes = [7], maxBodyBytes = 1000) =>
  drain(
    readObject(
      { format, compression: 'none', stream: chunked(Buffer.from(content), sizes) },
      { maxBodyBytes },
    ),
  )

describe('an NDJSON object', () => {
  it('is its lines, however it is chunked and however lines end', async () => {
    const line = anyText().map((text) => text.replace(/[\r\n]/g, ' '))
    await fc.assert(
      fc.asyncProperty(
        fc.array(line),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        anySizes,
        async (lines, end, closed, sizes) => {
          fc.pre(!lines[0]?.startsWith('\ufeff'))
          const { items, error } = await read('ndjson', lines.join(end) + (closed ? end : ''), sizes)
          const full = lines.map((text, at) => ({ text, row: at + 1 })).filter(({ text }) => text !== '')
          expect(error).toBeUndefined()
          expect(items).toEqual(full.map(({ text, row }) => ({ kind: 'text', text, header: null, row })))
        },
      ),
      { numRuns: 300 },
    )
  })

  it('begins behind a byte order mark, and keeps one anywhere else', async () => {
    const { items } = await read('ndjson', '\ufeff1\n\ufeff2', [1])
    expect(texts(items)).toEqual(['1', '\ufeff2'])
    expect(texts((await read('ndjson', Buffer.from([0xef, 0xbb]), [1])).items)).toEqual([
      'invalid-utf8:\xef\xbb',
    ])
  })

  it('keeps spaces, lone CRs and NULs in its lines', async () => {
    const { items } = await read('ndjson', ' {"a":1} \n\r\n\0\n"a\rb"\n\t\r\r\n')
    expect(texts(items)).toEqual([' {"a":1} ', '\0', '"a\rb"', '\t\r'])
  })

  it('gives bytes that are not UTF-8 as they are, and leaves their neighbours alone', async () => {
    const wrong = Buffer.from([0x22, 0xc3, 0x28, 0xff, 0x22])
    const { items } = await read(
      'ndjson',
      Buffer.concat([Buffer.from('1\n'), wrong, Buffer.from('\r\n3')]),
      [2, 1],
    )
    expect(texts(items)).toEqual(['1', 'invalid-utf8:"\xc3(\xff"', '3'])
    expect(items[1]).toMatchObject({ kind: 'invalid', complete: true, row: 2 })
  })

  it('takes lines up to the limit, with CR or without', async () => {
    for (const end of ['\n', '\r\n', ''])
      for (const sizes of [[1], [3], [1000]]) {
        const { items } = await read('ndjson', `1234567890${end}`, sizes, 10)
        expect(texts(items)).toEqual(['1234567890'])
      }
    for (const end of ['\n', '\r\n', ''])
      expect((await read('ndjson', `12345678901${end}`, [4], 10)).items).toMatchObject([
        { kind: 'invalid', reason: 'body-too-long', row: 1 },
      ])
  })

  it('passes over a line that is too long without holding it, and says that it is incomplete', async () => {
    async function* huge() {
      const part = Buffer.alloc(64 * 1024, 'x')
      yield Buffer.from('1\n')
      for (let at = 0; at < 4000; at += 1) yield part
      yield Buffer.from('\n3\n')
    }
    const before = process.memoryUsage().arrayBuffers
    let most = 0
    const found = await drain(
      (async function* () {
        const batches = readObject(
          { format: 'ndjson', compression: 'none', stream: huge() },
          { maxBodyBytes: 2 ** 20 },
        )
        for await (const batch of batches) {
          most = Math.max(most, process.memoryUsage().arrayBuffers - before)
          yield batch
        }
      })(),
    )
    expect(most).toBeLessThan(16 * 2 ** 20)
    expect(texts(found.items).map((text) => text.slice(0, 20))).toEqual(['1', 'body-too-long:xxxxxx', '3'])
    expect(found.items[1]).toMatchObject({
      complete: false,
      row: 2,
      detail: expect.stringContaining('262144000'),
    })
    expect(found.items[1]).toHaveProperty('raw.length', 1024)
  })

  it('comes in the same batches however it is chunked', async () => {
    const content = Array.from({ length: 5000 }, (_, at) =>
      JSON.stringify({ at, pad: 'p'.repeat(at % 1500) }),
    ).join('\n')
    const all = await Promise.all(
      [[100], [65_536], [1_000_000], [777, 12_345]].map((sizes) => read('ndjson', content, sizes, 10_000)),
    )
    for (const { sizes } of all) expect(sizes).toEqual(all[0]?.sizes)
    expect(all[0]?.sizes.length).toBeGreaterThan(4)
    expect(Math.max(...(all[0]?.sizes ?? []))).toBeLessThanOrEqual(1000)
  })
})

describe('a CSV object', () => {
  const field = fc.oneof(anyText(), fc.string({ unit: fc.constantFrom('"', ',', '\r', '\n', 'a', ' ') }))
  const quoted = (text: string) => (/^"|[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

  it('is its rows, with quotes, commas and line ends in fields, however it is chunked', async () => {
    const rows = fc.array(fc.tuple(field, field, field), { maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(
        rows,
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        anySizes,
        async (table, end, closed, sizes) => {
          const lines = table.map((fields) => fields.map(quoted).join(','))
          const content = ['a,"b,b",c', ...lines].join(end) + (closed ? end : '')
          const { items, error } = await read('csv', content, sizes)
          expect(error).toBeUndefined()
          expect(items).toEqual(
            lines.map((text, at) => ({ kind: 'text', text, header: 'a,"b,b",c', row: at + 1 })),
          )
          expect(lines.map(parseCsvFields)).toEqual(table)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('gives rows of another width or with wrong quotes as invalid, and leaves their neighbours alone', async () => {
    const { items } = await read(
      'csv',
      '\ufeff"i d",at\r\n1,2\r\n3\r\n"4"x,5\r\n\r\n6,7,8\r\n9,"1""0"\r\na"b,c\r\n',
      [3],
    )
    expect(texts(items)).toEqual([
      '1,2',
      'malformed-csv:3',
      'malformed-csv:"4"x,5',
      'malformed-csv:6,7,8',
      '9,"1""0"',
      'a"b,c',
    ])
    expect(items[0]).toMatchObject({ header: '"i d",at', row: 1 })
    expect(items[5]).toMatchObject({ row: 6 })
  })

  it('agrees with the parser of fields on which rows are well-formed', async () => {
    const row = fc.string({ unit: fc.constantFrom('"', ',', 'a', '\r'), minLength: 1 })
    await fc.assert(
      fc.asyncProperty(row, async (text) => {
        fc.pre(text !== '\r')
        const { items } = await read('csv', `a,b\n${text}\n`)
        const fields = parseCsvFields(text.replace(/\r$/, ''))
        expect(items.length).toBe(1)
        // the reader lets a second CR behind a quote pass, which the parser then refuses
        if (fields?.length === 2) expect(items[0]?.kind).toBe('text')
        else if (!text.includes('\r')) expect(items[0]).toMatchObject({ reason: 'malformed-csv' })
      }),
      { numRuns: 1000 },
    )
  })

  it('takes all that follows a quote that is never closed as one row', async () => {
    const { items } = await read('csv', 'a,b\n1,2\n"3,4\n5,6\n')
    expect(texts(items)).toEqual(['1,2', 'malformed-csv:"3,4\n5,6\n'])
  })

  it('without a readable header is refused', async () => {
    for (const header of ['"a,b', `${'x'.repeat(2000)}`])
      expect((await read('csv', `${header}\n1,2\n`)).error).toBeInstanceOf(SourceCorrupt)
    expect((await read('csv', Buffer.from([0x61, 0xff, 0x0a]))).error).toBeInstanceOf(SourceCorrupt)
  })

  it('that is empty, or a header alone, has no rows', async () => {
    expect((await read('csv', '')).items).toEqual([])
    expect((await read('csv', 'a,b')).items).toEqual([])
    expect((await read('ndjson', '')).items).toEqual([])
  })
})
