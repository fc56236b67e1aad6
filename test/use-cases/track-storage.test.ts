import { describe, expect, test } from 'vitest'
import { HOUR } from '../../shared/domain/duration.ts'
import { aRecord, NOON } from '../support/builders.ts'
import { coldWorld, holdingOf, REF } from '../support/cold-world.ts'
import { aWorld } from '../support/rehydration-world.ts'

describe('an event', () => {
  test('[F4] that is stale, doubled or out of order changes nothing', async () => {
    const { world, segment } = await coldWorld()
    await world.ask()
    await world.drain()
    expect(await world.run.track(segment.key)).toBe('unchanged')
    world.advance(5 * HOUR)
    expect(await world.run.track(segment.key)).toBe('tracked')
    const holding = await holdingOf(world, segment)
    for (let again = 0; again < 3; again += 1) expect(await world.run.track(segment.key)).toBe('unchanged')
    expect(await holdingOf(world, segment)).toEqual(holding)
    const outcomes = await world.drain()
    expect(outcomes.filter((outcome) => outcome === 'delivered')).toHaveLength(1)
    expect(world.finished).toHaveLength(1)
  })

  test('about a moved segment confirms its class', async () => {
    const world = aWorld()
    const { segment } = await world.land([aRecord()])
    await world.ports.holdings.put(
      REF,
      {
        segmentId: segment.id,
        storageClass: 'STANDARD',
        confirmedAt: NOON,
        target: 'GLACIER',
        taggedAt: NOON,
        thaw: null,
      },
      undefined,
    )
    world.makeCold(segment, 'GLACIER')
    expect(await world.run.track(segment.key)).toBe('tracked')
    expect(await holdingOf(world, segment)).toMatchObject({ storageClass: 'GLACIER', target: null })
  })

  test('writes again when somebody else wrote the holding meanwhile', async () => {
    const { world, segment } = await coldWorld()
    await world.ask()
    await world.drain()
    world.advance(5 * HOUR)
    const { holdings, log } = world.ports
    let raced = false
    const racing = world.on({
      ...world.ports,
      holdings: {
        put: async (ref, holding, expected) => {
          if (!raced && expected !== undefined) {
            raced = true
            await holdings.put(ref, { ...expected, target: 'DEEP_ARCHIVE', taggedAt: 1 }, expected)
          }
          return holdings.put(ref, holding, expected)
        },
      },
    })
    expect(await racing.track(segment.key)).toBe('tracked')
    expect((await log.read(REF)).holdings.get(segment.id)).toMatchObject({
      target: 'DEEP_ARCHIVE',
      thaw: { readableUntil: expect.any(Number) },
    })
  })

  test.each([
    ['quarantine/dataset=orders/x.ndjson', 'not-a-segment'],
    ['landing/dataset=orders/../../partition=2024-03-10/01HRKZ0000000000000000ABCD.parquet', 'not-a-segment'],
    ['landing/dataset=orders/partition=2024-03-10/01HRKZ0000000000000000ABCD.parquet', 'not-in-catalog'],
    ['landing/dataset=nope/partition=2024-03-10/01HRKZ0000000000000000ABCD.parquet', 'not-in-catalog'],
  ])('about %s is %s', async (key, outcome) => {
    expect(await aWorld().run.track(key)).toBe(outcome)
  })

  test('about a segment that is gone lets those who wait look anew', async () => {
    const { world, segment } = await coldWorld()
    const id = await world.ask()
    await world.drain()
    world.removeObject(segment.key)
    expect(await world.run.track(segment.key)).toBe('gone')
    await world.drain()
    expect(JSON.parse(world.file(`${id}/manifest.json`).toString())).toMatchObject({
      records: 0,
      completeness: { complete: false, segments: 1, missing: 1 },
    })
  })
})
