import { describe, expect, test } from 'vitest'
import { memorySource } from '../../shared/codec/byte-source.ts'
import { digestRecords } from '../../shared/codec/digest.ts'
import { openSegment } from '../../shared/codec/open-segment.ts'
import { formatDigest } from '../../shared/domain/digest.ts'
import { DAY } from '../../shared/domain/duration.ts'
import { aRecord, NOON } from '../support/builders.ts'
import { aWorld } from '../support/rehydration-world.ts'
import { aRange, someIds } from '../support/selections.ts'

const numbered = (count: number, time = NOON) =>
  Array.from({ length: count }, (_, at) =>
    aRecord({ id: `o-${at}`, time: time + at, body: `{"n":${at}}`, arrived: time }),
  )

const manifestOf = (world: ReturnType<typeof aWorld>, id: string) =>
  JSON.parse(world.file(`${id}/manifest.json`).toString())

describe('a rehydration of what is readable', () => {
  test('delivers a file for each partition and the manifest last', async () => {
    const world = aWorld()
    const [today, yesterday] = [numbered(3), numbered(2, NOON - DAY)]
    await world.land(today)
    await world.land(yesterday)
    const id = await world.ask({ selection: aRange(NOON - 2 * DAY, NOON + DAY) })
    expect(await world.drain()).toEqual(['planned', 'readable', 'readable', 'delivered', 'delivered'])
    expect(world.files()).toEqual([
      `analysts/${id}/2024-03-09.ndjson`,
      `analysts/${id}/2024-03-10.ndjson`,
      `analysts/${id}/manifest.json`,
    ])
    expect(world.file(`${id}/2024-03-10.ndjson`).toString()).toBe('{"n":0}\n{"n":1}\n{"n":2}\n')
    expect(manifestOf(world, id)).toMatchObject({
      rehydrationId: id,
      records: 5,
      digest: formatDigest(digestRecords([...today, ...yesterday])),
      completeness: { complete: true, segments: 2, read: 2, cold: 0, unreadable: 0, missing: 0 },
      files: [
        { partition: '2024-03-09', records: 2 },
        { partition: '2024-03-10', records: 3 },
      ],
    })
    expect(await world.stateOf(id)).toMatchObject({ name: 'completed' })
    expect(world.finished).toMatchObject([
      { tier: 'Standard', storageClass: 'STANDARD', records: 5, phases: { thawing: 0 } },
    ])
  })

  test('takes only the times of the range, its start and not its end', async () => {
    const world = aWorld()
    await world.land(numbered(5))
    const id = await world.ask({ selection: aRange(NOON + 1, NOON + 3) })
    await world.drain()
    expect(world.file(`${id}/2024-03-10.ndjson`).toString()).toBe('{"n":1}\n{"n":2}\n')
  })

  test('delivers a record that is in two segments once, and two bodies of one id and time both', async () => {
    const world = aWorld()
    await world.land([aRecord({ body: '1' }), aRecord({ body: '2' })])
    await world.land([aRecord({ body: '1', arrived: NOON + 5 })])
    const id = await world.ask()
    await world.drain()
    expect(world.file(`${id}/2024-03-10.ndjson`).toString()).toBe('1\n2\n')
    expect(manifestOf(world, id).records).toBe(2)
  })

  test('of ids finds them with and without a time, and says which it did not find', async () => {
    const world = aWorld()
    await world.land(numbered(4))
    await world.land(numbered(2, NOON - 40 * DAY))
    const id = await world.ask({
      selection: someIds([
        { id: 'o-3', time: NOON + 3 },
        { id: 'o-1', time: null },
        { id: 'o-3', time: NOON },
        { id: 'nobody', time: null },
      ]),
    })
    await world.drain()
    expect(world.file(`${id}/2024-03-10.ndjson`).toString()).toBe('{"n":1}\n{"n":3}\n')
    expect(world.file(`${id}/2024-01-30.ndjson`).toString()).toBe('{"n":1}\n')
    expect(manifestOf(world, id).notFound).toEqual([
      { id: 'o-3', time: '2024-03-10T12:00:00.000Z' },
      { id: 'nobody', time: null },
    ])
  })

  test('puts into an object what would not be itself as a line', async () => {
    const world = aWorld()
    const csv = aRecord({ id: 'a', body: 'x;"y"', header: 'first;second' })
    const lines = aRecord({ id: 'b', body: '{\n "n": 1\r\n}' })
    await world.land([csv, lines])
    const id = await world.ask()
    await world.drain()
    const time = '2024-03-10T12:00:00.000Z'
    const text = world.file(`${id}/2024-03-10.ndjson`).toString().trimEnd().split('\n')
    expect(text.map((line) => JSON.parse(line))).toEqual([
      { id: 'a', time, header: csv.header, body: csv.body },
      { id: 'b', time, header: null, body: lines.body },
    ])
  })

  test('as Parquet has the columns of a segment, and the same bytes each time', async () => {
    const world = aWorld()
    const records = numbered(3)
    await world.land(records)
    const id = await world.ask({ format: 'parquet' })
    await world.drain()
    const content = world.file(`${id}/2024-03-10.parquet`)
    const open = await openSegment(memorySource(content))
    const found = []
    for await (const batch of open.rows()) found.push(...batch)
    expect(found).toEqual(records)
    await world.ports.tasks.add(id, ['2024-03-10'])
    await world.run.hydrate({ rehydrationId: id, partition: '2024-03-10' })
    expect(world.file(`${id}/2024-03-10.parquet`)).toEqual(content)
  })

  test('of nothing is complete, with a manifest and no file', async () => {
    const world = aWorld()
    const id = await world.ask()
    expect(await world.drain()).toEqual(['planned', 'done'])
    expect(world.files()).toEqual([`analysts/${id}/manifest.json`])
    expect(manifestOf(world, id)).toMatchObject({ records: 0, completeness: { complete: true } })
  })

  test('says that a segment is missing or unreadable, and delivers the others', async () => {
    const world = aWorld()
    await world.land([aRecord({ id: 'whole' })])
    const lost = await world.land([aRecord({ id: 'lost' })])
    const broken = await world.land([aRecord({ id: 'broken' })])
    const short = await world.land([aRecord({ id: 'short' })])
    world.removeObject(lost.segment.key)
    world.corrupt(broken.segment.key, Buffer.alloc(broken.segment.bytes))
    const content = world.s3.getObject({ bucket: 'archive', key: short.segment.key }).content.bytes()
    world.corrupt(short.segment.key, content.subarray(0, content.length - 9))
    const id = await world.ask()
    await world.drain()
    expect(manifestOf(world, id)).toMatchObject({
      records: 1,
      completeness: { complete: false, segments: 4, read: 1, missing: 1, unreadable: 2 },
      incompletePartitions: [{ partition: '2024-03-10' }],
    })
  })

  test('takes no segment for another, nor its index', async () => {
    const world = aWorld()
    const [one, two] = [await world.land([aRecord({ id: 'aa' })]), await world.land([aRecord({ id: 'bb' })])]
    const bytesOf = (key: string) => world.s3.getObject({ bucket: 'archive', key }).content.bytes()
    const swap = (first: string, second: string) => {
      const [x, y] = [bytesOf(first), bytesOf(second)]
      world.corrupt(first, y)
      world.corrupt(second, x)
    }
    swap(one.segment.indexKey, two.segment.indexKey)
    const ids = [
      { id: 'aa', time: null },
      { id: 'bb', time: null },
    ]
    // the id ranges of both hold both ids, so that only the index can rule one out
    const wide = await world.land([aRecord({ id: 'aa' }), aRecord({ id: 'c' })])
    const other = await world.land([
      aRecord({ id: 'aa', body: '2' }),
      aRecord({ id: 'bb' }),
      aRecord({ id: 'c' }),
    ])
    swap(wide.segment.indexKey, other.segment.indexKey)
    const found = await world.ask({ selection: someIds(ids) })
    await world.drain()
    expect(manifestOf(world, found)).toMatchObject({ records: 3, notFound: [] })
    expect(one.segment.bytes).toBe(two.segment.bytes)
    swap(one.segment.key, two.segment.key)
    const range = await world.ask()
    await world.drain()
    expect(manifestOf(world, range).completeness).toMatchObject({ segments: 4, read: 2, unreadable: 2 })
  })

  test('takes no index of the very size of its own for its own', async () => {
    const world = aWorld()
    const landed = []
    for (let at = 10; at < 40; at += 1) landed.push((await world.land([aRecord({ id: `a-${at}` })])).segment)
    const [[one, two] = []] = [...Map.groupBy(landed, (each) => each.indexBytes).values()].filter(
      (alike) => alike.length > 1,
    )
    if (one === undefined || two === undefined) throw new Error('expected two indexes of one size')
    const index = world.s3.getObject({ bucket: 'archive', key: two.indexKey }).content.bytes()
    world.corrupt(one.indexKey, index)
    const id = await world.ask({ selection: someIds([{ id: one.minId, time: null }]) })
    await world.drain()
    expect(manifestOf(world, id)).toMatchObject({ records: 1, notFound: [] })
  })

  test('fails, and says why, when a part is too large for a file', async () => {
    const world = aWorld({ maxPartBytes: 10 })
    await world.land(numbered(9))
    const id = await world.ask()
    expect(await world.drain()).toContain('failed')
    expect(await world.stateOf(id)).toMatchObject({
      name: 'failed',
      reason: expect.stringContaining('more than the 10 bytes'),
    })
    expect(world.files()).toEqual([])
  })

  test('fails when ids without a time would mean looking through too many partitions', async () => {
    const world = aWorld()
    for (let at = 0; at <= 1000; at += 1)
      await world.ports.registry.expect(
        { dataset: 'orders', partition: new Date(NOON - at * DAY).toISOString().slice(0, 10) },
        NOON,
      )
    const id = await world.ask({ selection: someIds([{ id: 'a', time: null }]) })
    await world.drain()
    expect(await world.stateOf(id)).toMatchObject({
      name: 'failed',
      reason: expect.stringContaining('give the time of each id'),
    })
  })
})
