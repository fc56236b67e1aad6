import { describe, expect, test } from 'vitest'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import { surveySelection } from '../../shared/use-cases/survey-selection.ts'
import { aDataset, aRecord, NOON } from '../support/builders.ts'
import { aWorld } from '../support/rehydration-world.ts'
import { aRange, someIds } from '../support/selections.ts'

const dataset = aDataset({ promoted: [{ name: 'word', path: ['w'], type: 'string' }] })
const record = (id: string, time: number, word: string) =>
  aRecord({ id, time, body: JSON.stringify({ id, w: word }), promoted: [word] })

/** Three days of two records each: the words of each day are its own. */
const threeDays = async () => {
  const world = aWorld({ dataset })
  for (const [day, word] of ['c', 'b', 'a'].entries())
    await world.land([record('r1', NOON - day * DAY, word), record('r2', NOON - day * DAY + HOUR, word)])
  const survey = async (selection: Parameters<typeof aRange>[2] | ReturnType<typeof someIds>, more = {}) => {
    const isIds = selection !== undefined && 'kind' in selection
    const surveyed = await surveySelection(world.ports)({
      dataset: 'orders',
      selection: isIds ? selection : aRange(NOON - 9 * DAY, NOON + DAY, selection),
      keepDays: null,
      destination: 'analysts',
      ...more,
    })
    if (surveyed.kind !== 'surveyed') throw new Error(surveyed.kind)
    return surveyed
  }
  return { world, survey }
}

describe('a survey', () => {
  test('of a range plans every partition, and reads no index objects', async () => {
    const { survey } = await threeDays()
    const { partitions, work } = await survey({})
    expect(partitions.map(({ partition }) => partition)).toEqual(['2024-03-08', '2024-03-09', '2024-03-10'])
    expect(work).toMatchObject({
      pruned: { partitions: 0, segments: 0, rowGroups: 0 },
      planning: { names: 3, catalogUnits: 3, indexReads: 0 },
      messagesAtOnce: null,
      limit: null,
    })
    // the footer and the rest
    expect(work.partitions[0]).toMatchObject({ isExact: true, segments: [{ reads: { gets: 2 } }] })
    expect(work.partitions.flatMap(({ segments }) => segments).map(({ wanted }) => wanted.records)).toEqual([
      2, 2, 2,
    ])
  })

  test('counts what ranges and index objects rule out', async () => {
    const { survey } = await threeDays()
    const { partitions, work } = await survey({ where: { field: 'word', eq: 'b' } })
    expect(partitions.map(({ partition }) => partition)).toEqual(['2024-03-09'])
    expect(work.pruned).toEqual({ partitions: 2, segments: 2, rowGroups: 0 })
    expect(work.planning).toEqual({ names: 3, catalogUnits: 3, indexReads: 3 })
    expect(work.partitions[0]).toMatchObject({
      indexReads: 1,
      isExact: false,
      segments: [{ reads: { gets: 1 } }],
    })
  })

  test('of ids counts one record for each that may be there', async () => {
    const { survey } = await threeDays()
    const { work } = await survey(
      someIds([
        { id: 'r1', time: NOON },
        { id: 'nobody', time: null },
      ]),
    )
    expect(work.partitions.map(({ ids, segments }) => [ids, segments[0]?.wanted.records])).toEqual([[1, 1]])
    expect(work.partitions[0]?.segments[0]?.wanted.text).toBe(Buffer.byteLength('{"id":"r1","w":"c"}'))
  })

  test('of a part of a day takes as many records as that is of its time', async () => {
    const { world } = await threeDays()
    const surveyed = await surveySelection(world.ports)({
      dataset: 'orders',
      selection: aRange(NOON, NOON + HOUR / 2),
      keepDays: null,
      destination: null,
    })
    expect(surveyed).toMatchObject({
      work: { partitions: [{ isExact: false, segments: [{ wanted: { records: 1 } }] }] },
    })
  })

  test('knows of no exact number where segments overlap', async () => {
    const { world, survey } = await threeDays()
    await world.land([record('r1', NOON, 'c')])
    const { work } = await survey({})
    expect(work.partitions.map(({ isExact }) => isExact)).toEqual([true, true, false])
  })

  test('with a limit plans the partitions that surely hold as many, and no others', async () => {
    const { world, survey } = await threeDays()
    const planned = async (limit: number) => {
      const { partitions, work } = await survey({ limit })
      return [partitions.length, work.pruned.partitions, work.planning.names]
    }
    expect(await planned(1)).toEqual([1, 2, 3])
    expect(await planned(2)).toEqual([1, 2, 3])
    expect(await planned(3)).toEqual([2, 1, 3])
    expect(await planned(9)).toEqual([3, 0, 3])
    // what may be there twice is counted once
    await world.land([record('r1', NOON - 2 * DAY, 'a')])
    expect(await planned(2)).toEqual([1, 2, 3])
    expect(await planned(3)).toEqual([2, 1, 3])
    // and what no catalog tells not at all
    expect((await survey({ limit: 1, where: { field: 'word', in: ['a', 'b'] } })).partitions).toHaveLength(2)
  })

  test('with a limit counts on no record of a segment that is wanted in part', async () => {
    const { world } = await threeDays()
    const surveyed = await surveySelection(world.ports)({
      dataset: 'orders',
      selection: aRange(NOON - 2 * DAY + 1, NOON + DAY, { limit: 1 }),
      keepDays: null,
      destination: 'analysts',
    })
    expect(surveyed).toMatchObject({ partitions: [{ partition: '2024-03-08' }, { partition: '2024-03-09' }] })
  })

  test('with a limit looks at no more partitions than it has to, 16 at a time', async () => {
    const world = aWorld({ dataset })
    for (let day = 0; day < 20; day += 1) await world.land([record('r1', NOON - day * DAY, 'a')])
    const looked = async (limit: number) => {
      const read: string[] = []
      const log = {
        ...world.ports.log,
        read: (ref: Parameters<typeof world.ports.log.read>[0]) => {
          read.push(ref.partition)
          return world.ports.log.read(ref)
        },
      }
      const surveyed = await surveySelection({ ...world.ports, log })({
        dataset: 'orders',
        selection: aRange(NOON - 30 * DAY, NOON + DAY, { limit }),
        keepDays: null,
        destination: 'analysts',
      })
      if (surveyed.kind !== 'surveyed') throw new Error(surveyed.kind)
      return [read.length, surveyed.work.planning.catalogUnits, surveyed.partitions.length]
    }
    expect(await looked(3)).toEqual([16, 16, 3])
    expect(await looked(16)).toEqual([16, 16, 16])
    expect(await looked(17)).toEqual([20, 20, 17])
    expect(await looked(99)).toEqual([20, 20, 20])
  })

  test.each([
    ['is not counted on where it may expire before it is delivered', 15 * DAY, 2],
    ['is counted on where it lasts until it is delivered', 19 * DAY, 1],
  ])('with a limit, a partition %s', async (_, retention, count) => {
    const { survey, world } = await threeDays()
    const config = {
      ...world.ports.config,
      datasets: new Map([['orders', { ...dataset, retention }]]),
    }
    const surveyed = await surveySelection({ ...world.ports, config })({
      dataset: 'orders',
      selection: aRange(NOON - 9 * DAY, NOON + DAY, { limit: 2 }),
      keepDays: null,
      destination: 'analysts',
    })
    expect((await survey({ limit: 2 })).partitions).toHaveLength(1)
    expect(surveyed).toMatchObject({ partitions: { length: count } })
  })

  test('of a queue knows how many messages go at once', async () => {
    const { survey } = await threeDays()
    expect((await survey({}, { destination: 'standard' })).work.messagesAtOnce).toBe(10)
  })

  test('of a dataset that is not configured has no promoted columns', async () => {
    const { world } = await threeDays()
    const config = { datasets: new Map(), destinations: new Map(), batchThawsAbove: null }
    const surveyed = await surveySelection({ ...world.ports, config })({
      dataset: 'orders',
      selection: aRange(NOON - DAY, NOON + DAY),
      keepDays: null,
      destination: 'analysts',
    })
    expect(surveyed).toMatchObject({ kind: 'surveyed', partitions: { length: 2 } })
  })

  test('reads large segments in pieces', async () => {
    const world = aWorld({ dataset })
    const noise = () => Buffer.from(world.ports.random(75_000)).toString('base64')
    await world.land(Array.from({ length: 120 }, (_, at) => record(`r${1000 + at}`, NOON + at, noise())))
    const { metered } = world
    const surveyed = await surveySelection(world.ports)({
      dataset: 'orders',
      selection: aRange(NOON, NOON + DAY),
      keepDays: null,
      destination: 'analysts',
    })
    if (surveyed.kind !== 'surveyed') throw new Error(surveyed.kind)
    const [segment] = surveyed.work.partitions.flatMap(({ segments }) => segments)
    const before = metered('s3.get.STANDARD')
    await world.ask({ selection: aRange(NOON, NOON + DAY) })
    await world.drain()
    // HEAD of the segment and the look for the file besides
    const real = metered('s3.get.STANDARD') - before - 1
    expect(real).toBeLessThanOrEqual(Number(segment?.reads.gets))
    expect(real).toBeGreaterThan(1)
  })
})
