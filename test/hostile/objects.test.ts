import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DecompressionLimit, SourceCorrupt } from '../../shared/codec/sources/source-item.ts'
import { bodiesOf, readAll } from '../support/archive-facts.ts'
import { anArchiveWorld } from '../support/archive-world.ts'
import { aDataset } from '../support/builders.ts'
import { anOrder, someOrders } from '../support/orders.ts'
import { holds, hostileName, unpolluted } from './fuzzing.ts'

/** Ages one hot object; tells what of it is where, and how it ended. */
const ageOf = async (key: string, content: string | Uint8Array, dataset = aDataset()) => {
  const world = anArchiveWorld([dataset])
  world.putHot(key, content)
  const ended = await unpolluted(() => world.ageObject({ key }).catch((error: unknown) => error))
  const items = world.quarantine.units().flatMap((unit) => unit.items)
  const hot = await world.hot.find(key)
  return { world, ended, archived: bodiesOf(await readAll(world)), items, hot }
}

const HEADER = 'id,at,note'
const csvRow = (id: string, note = '') => `${id},2024-03-10T12:00:00Z,${note}`

const asText = (text: string, encoding: 'utf8' | 'base64') => Buffer.from(text, encoding)

describe('a hostile CSV object', () => {
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
  const aRow = fc.oneof(
    fc
      .tuple(fc.string({ minLength: 1 }), hostileName())
      .map(([id, note]) => csvRow(quoted(id), quoted(note.toWellFormed()))),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('"', '"a""', '"a"b,c,d', ',,', 'a,b,c,d', '\0,\0,\0', csvRow('=1+1', '@x'), '\ufeff'),
  )

  test('[S7] [S14] is kept to the byte, row by row, in the archive or in quarantine', () =>
    holds(
      fc.asyncProperty(fc.array(aRow, { minLength: 1, maxLength: 8 }), async (rows) => {
        const content = Buffer.from([HEADER, ...rows].join('\n'))
        const { archived, items, ended, hot } = await ageOf('orders/x.csv', content)
        expect(ended).toMatchObject({ outcome: 'archived' })
        expect(hot).toBeUndefined()
        // rows may hold line ends: put together again they are the object, but for ends of lines and empty ones
        const kept = [...archived, ...items.map(({ text }) => text)].map((row) =>
          row.replaceAll(/[\r\n]/g, ''),
        )
        const sent = content
          .toString()
          .slice(HEADER.length)
          .replaceAll(/[\r\n]/g, '')
        expect(kept.reduce((sum, row) => sum + row.length, 0)).toBeLessThanOrEqual(sent.length)
        for (const row of kept) expect(sent).toContain(row)
        expect(new Set(kept.flatMap((row) => [...row]))).toEqual(new Set(sent))
        for (const item of items) expect(item.header).toBe(HEADER)
      }),
      150,
    ))

  test.each<[string, string, string[], string[]]>([
    ['of a header alone', HEADER, [], []],
    ['behind a byte order mark', `\ufeff${HEADER}\n${csvRow('a')}`, [csvRow('a')], []],
    ['with NUL in a field', `${HEADER}\n${csvRow('a', '\0')}`, [csvRow('a', '\0')], []],
    [
      'with a quote that is never closed',
      `${HEADER}\n${csvRow('a')}\n${csvRow('b', '"x')}\n${csvRow('c')}`,
      [csvRow('a')],
      [`${csvRow('b', '"x')}\n${csvRow('c')}`],
    ],
    [
      'with a name twice in its header',
      `id,at,id\na,2024-03-10T12:00:00Z,b`,
      ['a,2024-03-10T12:00:00Z,b'],
      [],
    ],
    [
      'with hostile names in its header',
      `__proto__,constructor,id,at\nx,y,a,2024-03-10T12:00:00Z`,
      ['x,y,a,2024-03-10T12:00:00Z'],
      [],
    ],
    [
      'with formulas',
      `${HEADER}\n${csvRow('=1', '@SUM(1),+1'.split(',')[0])}`,
      [csvRow('=1', '@SUM(1)')],
      [],
    ],
  ])('[S4] [S7] [S14] %s is archived as it is', async (_, content, archived, quarantined) => {
    const aged = await ageOf('orders/x.csv', content)
    expect(aged.ended).toMatchObject({ outcome: 'archived' })
    expect(aged.archived).toEqual(archived)
    expect(aged.items.map(({ text }) => text)).toEqual(quarantined)
  })

  test('[F13] of 100,000 columns is archived', async () => {
    const names = Array.from({ length: 1e5 }, (_, at) => `c${at}`).join()
    const row = csvRow('a', '1'.padEnd(1e5, ','))
    const { archived, ended } = await ageOf('orders/x.csv', `id,at,${names}\n${row}`)
    expect(ended).toMatchObject({ outcome: 'archived' })
    expect(archived).toEqual([row])
  })

  test('[S5] whose header is repeated in memory for each of many short rows is stopped', async () => {
    const header = `id,at,${'n'.repeat(2 ** 20)}`
    const rows = Array.from({ length: 20_000 }, (_, at) => `${at},2024-03-10,`)
    const { ended, hot } = await ageOf('orders/x.csv', [header, ...rows].join('\n'))
    expect(ended).toBeInstanceOf(DecompressionLimit)
    expect(hot).toBeDefined()
  })
})

describe('a hostile compressed object', () => {
  const bomb = (compress: (bytes: Buffer) => Buffer) => {
    const row = Buffer.from(`${' '.repeat(2 ** 20)}\n`)
    return compress(Buffer.concat(Array.from({ length: 80 }, () => row)))
  }
  const good = someOrders(3).join('\n')

  test.each([
    ['gzip', gzipSync, 'gz'],
    ['zstd', zstdCompressSync, 'zst'],
  ] as const)(
    '[S5] of %s that unpacks to more than a thousand times as much is stopped, and stays hot',
    async (_, compress, extension) => {
      const { ended, hot } = await ageOf(`orders/x.ndjson.${extension}`, bomb(compress))
      expect(ended).toBeInstanceOf(DecompressionLimit)
      expect(hot).toBeDefined()
    },
  )

  test.each<[string, string, Uint8Array]>([
    [
      'zstd that asks for a window of 2 GiB',
      'x.ndjson.zst',
      Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 1, 0, 0]),
    ],
    [
      'zstd of another dictionary',
      'x.ndjson.zst',
      Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x21, 7, 0, 1, 0, 0]),
    ],
    [
      'gzip with a wrong checksum',
      'x.ndjson.gz',
      (() => {
        const bytes = gzipSync(good)
        bytes[bytes.length - 8] = 1 ^ (bytes.at(-8) ?? 0)
        return bytes
      })(),
    ],
    ['gzip that is cut off', 'x.ndjson.gz', gzipSync(good).subarray(0, -9)],
    ['zstd that is cut off', 'x.ndjson.zst', zstdCompressSync(good).subarray(0, -1)],
    ['gzip followed by something else', 'x.ndjson.gz', Buffer.concat([gzipSync(good), Buffer.from('x')])],
    ['gzip that is brotli', 'x.ndjson.gz', brotliCompressSync(good)],
    ['zstd that is gzip', 'x.ndjson.zst', gzipSync(good)],
    ['nothing', 'x.ndjson.gz', Buffer.alloc(0)],
    ['Parquet that is text', 'x.parquet', Buffer.from(good)],
  ])('[F7] [S5] of %s ends with an error of its own, and stays hot', async (_, key, content) => {
    const { ended, hot } = await ageOf(`orders/${key}`, content)
    expect(ended).toBeInstanceOf(SourceCorrupt)
    expect(hot).toBeDefined()
  })

  test('[S5] of a thousand members is read as one', async () => {
    const members = someOrders(1000).map((order) => gzipSync(`${order}\n`))
    const { archived, ended } = await ageOf('orders/x.ndjson.gz', Buffer.concat(members))
    expect(ended).toMatchObject({ outcome: 'archived' })
    expect(archived).toHaveLength(1000)
  })
})

describe('hostile lines of an object', () => {
  test('[F8] [F13] [S14] are kept to the byte, whatever bytes they are', () =>
    holds(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 6 }), async (lines) => {
        const content = Buffer.concat([
          ...lines.flatMap((line) => [line, Buffer.from('\n')]),
          Buffer.from(anOrder('good')),
        ])
        const { archived, items, ended } = await ageOf('orders/x.ndjson', content)
        expect(ended).toMatchObject({ outcome: 'archived' })
        expect(archived).toEqual([anOrder('good')])
        const kept = Buffer.concat(items.map(({ text, encoding }) => asText(text, encoding)))
        const bom = content.subarray(0, 3).equals(Buffer.from('\ufeff')) ? content.subarray(3) : content
        const sent = bom.subarray(0, -anOrder('good').length)
        const bare = (bytes: Buffer) => bytes.filter((byte) => byte !== 10 && byte !== 13)
        expect(Buffer.from(bare(kept)).equals(Buffer.from(bare(sent)))).toBe(true)
      }),
      150,
    ))

  test.each([
    ['a byte less', -1, 'archived', 0],
    ['as long', 0, 'archived', 0],
    ['a byte more', 1, 'archived', 1],
    ['two bytes more', 2, 'kept-in-hot', 1],
  ] as const)(
    '[F13] of the longest body, %s, have a defined answer',
    async (_, more, outcome, quarantined) => {
      const longest = 4 * 2 ** 20
      const start = '{"id":"a","at":"2024-03-10T12:00:00Z","x":"'
      const line = `${start}${'x'.repeat(longest + more - start.length - 2)}"}`
      const dataset = aDataset({ limits: { maxBodyBytes: longest, maxFuture: 1000 } })
      const { ended, archived, hot, items } = await ageOf(
        'orders/x.ndjson',
        `${line}\n${anOrder('b')}`,
        dataset,
      )
      expect(ended).toMatchObject({ outcome })
      expect(archived).toHaveLength(2 - quarantined)
      expect(hot === undefined).toBe(outcome === 'archived')
      expect(items).toHaveLength(quarantined)
      // what is cut off in quarantine is in the hot object, which stays
      for (const { cut, text } of items) expect(cut === true || text === line).toBe(true)
      expect(items.some(({ cut }) => cut === true)).toBe(outcome === 'kept-in-hot')
    },
  )
})
