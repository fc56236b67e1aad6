import { describe, expect, test } from 'vitest'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import { listSegments } from '../../shared/use-cases/list-segments.ts'
import { aRecord, NOON } from '../support/builders.ts'
import { coldWorld } from '../support/cold-world.ts'
import { aWorld, type World } from '../support/rehydration-world.ts'

const range = (from: number, to: number) => ({ kind: 'range', from, to }) as const
const WEEK = range(NOON - 6 * DAY, NOON + DAY)

const listing = ({ ports }: World) => listSegments(ports)

describe('the list of segments', () => {
  test('says until when a thawed one is readable', async () => {
    const { world } = await coldWorld()
    const list = async () => (await listing(world)('orders', WEEK, 10)).segments
    expect(await list()).toMatchObject([{ storageClass: 'GLACIER', readable: false, readableUntil: null }])
    await world.ask()
    await world.drain()
    await world.pass(5 * HOUR)
    expect(await list()).toMatchObject([
      { storageClass: 'GLACIER', readable: true, readableUntil: Date.parse('2024-03-14T00:00:00Z') },
    ])
  })

  test('goes on behind the last of a page, within a partition and across partitions', async () => {
    const world = aWorld()
    for (const time of [NOON - 2 * DAY, NOON - 2 * DAY, NOON]) await world.land([aRecord({ time })])
    const seen: string[] = []
    let position: Parameters<ReturnType<typeof listing>>[3]
    for (let pages = 0; pages < 4; pages += 1) {
      const { segments, next } = await listing(world)('orders', WEEK, 1, position)
      seen.push(...segments.map(({ segment }) => segment.partition))
      position = next ?? undefined
      if (next === null) break
    }
    expect(seen).toEqual(['2024-03-08', '2024-03-08', '2024-03-10'])
  })

  test('is in the order of ids within a partition, whatever the log is ordered by', async () => {
    const world = aWorld()
    const landed = await world.land([aRecord()])
    world.advance(1000)
    const sealed = await world.land([aRecord({ id: 'b' })], { kind: 'sealed' })
    const { segments } = await listing(world)('orders', WEEK, 10)
    expect(segments.map(({ segment }) => segment.id)).toEqual([landed.segment.id, sealed.segment.id])
  })

  test('leaves out partitions and segments that the range does not reach', async () => {
    const world = aWorld()
    for (const time of [NOON - 3 * DAY, NOON, NOON + 2 * HOUR]) await world.land([aRecord({ time })])
    const { segments } = await listing(world)('orders', range(NOON, NOON + HOUR), 10)
    expect(segments).toMatchObject([{ segment: { minTime: NOON } }])
  })

  test('is empty where the range is, and takes sparse ranges in several pages', async () => {
    const world = aWorld()
    const from = NOON - 300 * DAY
    for (let at = 0; at < 300; at += 1)
      await world.ports.registry.expect(
        { dataset: 'orders', partition: new Date(from + at * DAY).toISOString().slice(0, 10) },
        NOON,
      )
    await world.land([aRecord()])
    const list = listing(world)
    const first = await list('orders', range(from, NOON + DAY), 10)
    expect(first).toEqual({ segments: [], next: { partition: '2023-11-30', segmentId: '~' } })
    const second = await list('orders', range(from, NOON + DAY), 10, first.next ?? undefined)
    expect(second).toMatchObject({ segments: [{ segment: { partition: '2024-03-10' } }], next: null })
    expect(await list('orders', range(NOON + 9 * DAY, NOON + 10 * DAY), 10)).toEqual({
      segments: [],
      next: null,
    })
  })
})
