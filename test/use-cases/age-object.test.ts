import { Readable } from 'node:stream'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { expect, test } from 'vitest'
import { SourceCorrupt } from '../../shared/codec/sources/source-item.ts'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import { HotObjectChanged } from '../../shared/ports/hot-store.ts'
import { MoreToAge, UnknownHotObject } from '../../shared/use-cases/age-object.ts'
import { bodiesOf, expectCatalogTrue, readAll, segmentsOf } from '../support/archive-facts.ts'
import { type ArchiveWorld, anArchiveWorld, type Wrap } from '../support/archive-world.ts'
import { aDataset, NOON } from '../support/builders.ts'
import { crashEverywhere, crashes } from '../support/crashing.ts'
import { failing, meanwhile } from '../support/failing.ts'
import { anOrder, someOrders } from '../support/orders.ts'

const YESTERDAY = NOON - DAY
const key = 'orders/2024/part 1.ndjson'

const lines = (texts: readonly string[]) => texts.map((text) => `${text}\n`).join('')

const THOUSAND = { items: 1000, bytes: 2 ** 30 }

/** Of two partitions and three chunks of a thousand rows. */
const large = someOrders(2300, YESTERDAY).toSorted()

const expectArchivedOnce = async (world: ArchiveWorld, orders: readonly string[]) => {
  expect(bodiesOf(await readAll(world))).toEqual(orders.toSorted())
  await expectCatalogTrue(world)
  const { received, archived, balanced } = await world.ledger()
  expect([received.count, archived.count, balanced]).toEqual([orders.length, orders.length, true])
}

const csv = (orders: readonly string[]) => `id,at,note\n${lines(orders.map((_, at) => csvRow(at)))}`
const csvRow = (at: number) => `c-${at},2024-03-10T10:00:00Z,"a ""quoted"", note"`

test.each([
  ['plain NDJSON', 'orders/a.ndjson', Buffer.from(lines(large))],
  ['gzipped NDJSON', 'orders/a.jsonl.gz', gzipSync(lines(large))],
  ['NDJSON in zstd', 'orders/a.json.zst', zstdCompressSync(lines(large))],
])('%s is archived to the byte, and then leaves the hot bucket', async (_, hotKey, content) => {
  const world = anArchiveWorld()
  world.putHot(hotKey, content)
  const outcome = await world.ageObject({ key: hotKey })
  expect(outcome).toEqual({ outcome: 'archived', records: 2300, quarantined: 0 })
  await expectArchivedOnce(world, large)
  expect(await world.hot.find(hotKey)).toBeUndefined()
})

test('the rows of a CSV file are archived with the header that gives them meaning', async () => {
  const world = anArchiveWorld()
  world.putHot('orders/a.csv', csv(large.slice(0, 3)))
  await world.ageObject({ key: 'orders/a.csv' })
  expect((await readAll(world)).map(({ id, header, body }) => [id, header, body])).toEqual(
    [0, 1, 2].map((at) => [`c-${at}`, 'id,at,note', csvRow(at)]),
  )
})

test('the rows of a Parquet file are archived as JSON', async () => {
  const world = anArchiveWorld()
  const columnData = [
    { name: 'id', data: ['p-1', 'p-2'], type: 'STRING' as const },
    { name: 'at', data: [new Date(NOON), new Date(NOON)], type: 'TIMESTAMP' as const },
  ]
  world.putHot('orders/a.parquet', new Uint8Array(parquetWriteBuffer({ columnData })))
  await world.ageObject({ key: 'orders/a.parquet' })
  expect((await readAll(world)).map(({ id, time }) => [id, time])).toEqual([
    ['p-1', NOON],
    ['p-2', NOON],
  ])
})

test('what a key does not say can be said in the task', async () => {
  const world = anArchiveWorld()
  world.putHot('somewhere/else', gzipSync(anOrder('a')))
  await world.ageObject({ key: 'somewhere/else', dataset: 'orders', format: 'ndjson', compression: 'gzip' })
  await expectArchivedOnce(world, [anOrder('a')])
})

test('what neither the key nor the task says is packed is read as it is', async () => {
  const world = anArchiveWorld()
  world.putHot('somewhere/else', anOrder('a'))
  await world.ageObject({ key: 'somewhere/else', dataset: 'orders', format: 'ndjson' })
  await expectArchivedOnce(world, [anOrder('a')])
})

test.each([
  ['a key under no prefix', { key: 'tickets/a.ndjson' }],
  ['an unknown dataset', { key, dataset: 'tickets' }],
  ['a format that nothing tells', { key: 'orders/a.xml' }],
])('%s is an error, and the object stays', async (_, task) => {
  const world = anArchiveWorld()
  world.putHot(task.key, anOrder('a'))
  await expect(world.ageObject(task)).rejects.toThrow(UnknownHotObject)
  expect(await world.hot.find(task.key)).toBeDefined()
})

test('an object that is not there is gone; an empty one is archived', async () => {
  const world = anArchiveWorld()
  expect(await world.ageObject({ key })).toEqual({ outcome: 'gone', records: 0, quarantined: 0 })
  world.putHot(key, '')
  expect(await world.ageObject({ key })).toEqual({ outcome: 'archived', records: 0, quarantined: 0 })
  expect(await world.hot.find(key)).toBeUndefined()
})

test('malformed rows go to quarantine with where they stood, bytes that are no text in base64', async () => {
  const world = anArchiveWorld()
  const raw = Buffer.from([0x7b, 0xff, 0x7d])
  world.putHot(key, Buffer.concat([Buffer.from(`${anOrder('a')}\nnonsense\n`), raw, Buffer.from('\n')]))
  expect(await world.ageObject({ key })).toMatchObject({ outcome: 'archived', quarantined: 2 })
  const items = world.quarantine.units().flatMap((unit) => unit.items)
  expect(items).toMatchObject([
    { text: 'nonsense', encoding: 'utf8', reason: 'malformed-json' },
    { text: raw.toString('base64'), encoding: 'base64', reason: 'invalid-utf8' },
  ])
  expect(items.map(({ source }) => source.replace(/version \S+/, 'version V'))).toEqual([
    `object ${key} version V row 2`,
    `object ${key} version V row 3`,
  ])
  expect(await world.ledger()).toMatchObject({ balanced: true, quarantined: { count: 2 } })
})

test('a row too long to copy keeps the hot object, however often it is tried', async () => {
  const world = anArchiveWorld([aDataset({ limits: { maxBodyBytes: 100, maxFuture: DAY } })])
  world.putHot(key, lines([anOrder('a'), `{"id":"${'long'.repeat(100)}"}`, anOrder('b')]))
  const outcome = { outcome: 'kept-in-hot', records: 2, quarantined: 1 }
  expect(await world.ageObject({ key })).toEqual(outcome)
  expect(await world.ageObject({ key })).toEqual(outcome)
  expect(await world.hot.find(key)).toBeDefined()
  expect(await readAll(world)).toHaveLength(2)
  expect((await world.ledger()).received.count).toBe(3)
})

test.each([
  ['gzip', 'orders/a.ndjson.gz', gzipSync],
  ['zstd', 'orders/a.ndjson.zst', zstdCompressSync],
])(
  'a damaged tail (%s) is an error that keeps the object, with all that came before it archived',
  async (_, hotKey, pack) => {
    const world = anArchiveWorld()
    const noise = Array.from({ length: 6000 }, (__, at) => anOrder(`o-${at}`, NOON, `,"n":${Math.sin(at)}`))
    const packed = pack(lines(noise))
    world.putHot(hotKey, packed.subarray(0, packed.length * 0.7))
    await expect(world.ageObject({ key: hotKey })).rejects.toThrow(SourceCorrupt)
    const read = await readAll(world)
    expect(read.length).toBeGreaterThan(500)
    await expect(world.ageObject({ key: hotKey })).rejects.toThrow(SourceCorrupt)
    expect(await readAll(world)).toEqual(read)
    expect((await world.ledger()).received.count).toBe(read.length)
    expect(await world.hot.find(hotKey)).toBeDefined()
  },
)

test('damage on the way is not taken for the end of the object', async () => {
  const world = anArchiveWorld()
  const packed = gzipSync(lines(large))
  world.putHot('orders/a.ndjson.gz', packed)
  const cutShort: Wrap = (port) =>
    new Proxy(port, {
      get: (target, name, receiver) =>
        name === 'stream'
          ? async () => Readable.from([packed.subarray(0, packed.length / 2)])
          : Reflect.get(target, name, receiver),
    })
  await expect(world.ageObject({ key: 'orders/a.ndjson.gz' }, cutShort)).rejects.toThrow(SourceCorrupt)
  await world.ageObject({ key: 'orders/a.ndjson.gz' })
  expect(bodiesOf(await readAll(world))).toEqual(large)
  expect((await world.ledger()).balanced).toBe(true)
})

test('[F15] an object that is replaced while it is read is not deleted, and the newer version is archived too', async () => {
  const world = anArchiveWorld()
  world.putHot(key, anOrder('old'))
  const replaceFirst = meanwhile('append', async () => world.putHot(key, anOrder('new')))
  expect(await world.ageObject({ key }, replaceFirst)).toMatchObject({ outcome: 'archived', records: 1 })
  expect(await world.hot.find(key)).toBeDefined()
  await world.ageObject({ key })
  expect(await world.hot.find(key)).toBeUndefined()
  await expectArchivedOnce(world, [anOrder('old'), anOrder('new')])
})

test('[F15] an object that is replaced before it is opened is an error, and is found again', async () => {
  const world = anArchiveWorld()
  world.putHot(key, anOrder('old'))
  const found = await world.hot.find(key)
  world.putHot(key, anOrder('new'))
  if (found === undefined) throw new Error('the object was put')
  await expect(world.hot.read(found, 0, 1)).rejects.toThrow(HotObjectChanged)
  await world.ageObject({ key })
  await expectArchivedOnce(world, [anOrder('new')])
})

test('an attempt that runs out of time is carried on behind the chunks that are done', async () => {
  const world = anArchiveWorld()
  world.putHot(key, lines(large))
  let chunks = 1
  const once = () => chunks-- > 0
  await expect(world.ageObject({ key }, undefined, { hasTime: once, chunk: THOUSAND })).rejects.toThrow(
    MoreToAge,
  )
  expect(await readAll(world)).toHaveLength(1000)
  const known = await segmentsOf(world)
  expect(await world.ageObject({ key }, undefined, { chunk: THOUSAND })).toMatchObject({ records: 2300 })
  expect((await segmentsOf(world)).map(({ id }) => id)).toEqual(
    expect.arrayContaining(known.map(({ id }) => id)),
  )
  await expectArchivedOnce(world, large)
})

test('after a crash at any call, the next attempt archives every record exactly once', async () => {
  const orders = [anOrder('a'), anOrder('b', YESTERDAY), anOrder('c'), anOrder('d'), anOrder('e', YESTERDAY)]
  const chunk = { items: 3, bytes: 2 ** 20 }
  const content = lines([...orders, 'poison'])
  const points = await crashEverywhere(async (point, name) => {
    const world = anArchiveWorld()
    world.putHot(key, content)
    const crashed = await crashes(() => world.ageObject({ key }, point.wrap, { chunk }))
    // the hot object is there as long as not all of it is archived
    if (crashed && (await world.hot.find(key)) !== undefined) {
      world.clock.now += HOUR
      await world.ageObject({ key }, undefined, { chunk })
    }
    expect(await world.hot.find(key), name).toBeUndefined()
    expect(bodiesOf(await readAll(world)), name).toEqual(orders)
    const { received, archived, quarantined, balanced } = await world.ledger()
    expect([received.count, archived.count, quarantined.count, balanced], name).toEqual([6, 5, 1, true])
  })
  expect(points).toBeGreaterThanOrEqual(20)
})

test('a row that only a later attempt accepts is not taken for one that was archived', async () => {
  const world = anArchiveWorld([aDataset({ limits: { maxBodyBytes: 1000, maxFuture: HOUR } })])
  const early = anOrder('early', NOON + 2 * HOUR)
  world.putHot(key, lines([anOrder('a'), early]))
  await expect(world.ageObject({ key }, failing('keep'))).rejects.toThrow('keep failed')
  world.clock.now += 2 * HOUR
  expect(await world.ageObject({ key })).toMatchObject({ outcome: 'archived', records: 2 })
  expect(bodiesOf(await readAll(world))).toEqual([anOrder('a'), early])
  expect((await world.ledger()).balanced).toBe(true)
})

test('the mark of an empty folder is no object to age, and stays', async () => {
  const world = anArchiveWorld()
  world.putHot('orders/', '')
  expect(await world.ageObject({ key: 'orders/' })).toMatchObject({ outcome: 'folder' })
  expect(await world.hot.find('orders/')).toBeDefined()
})
