import { describe, expect, test } from 'vitest'
import { aRecord, NOON } from '../support/builders.ts'
import { aWorld } from '../support/rehydration-world.ts'
import { aRange, someIds } from '../support/selections.ts'

const HOLE = aRange(NOON + 1, NOON + 5)

describe.each(['ndjson', 'parquet'] as const)('a part as %s', (format) => {
  test('is not written where the range falls between the records of a segment', async () => {
    const world = aWorld()
    await world.land([aRecord({ id: 'a' }), aRecord({ id: 'b', time: NOON + 9 })])
    const id = await world.ask({ format, selection: HOLE })
    await world.drain()
    expect(await world.stateOf(id)).toMatchObject({
      name: 'completed',
      summary: { files: 0, records: { count: 0 } },
    })
    expect(world.files()).toEqual([`analysts/${id}/manifest.json`])
  })

  test('is not written where ids and times are there, and not together', async () => {
    const world = aWorld()
    await world.land([aRecord({ id: 'a', time: NOON + 1 }), aRecord({ id: 'b' })])
    const ids = [
      { id: 'a', time: NOON },
      { id: 'b', time: NOON + 1 },
    ]
    const id = await world.ask({ format, selection: someIds(ids) })
    await world.drain()
    expect(await world.stateOf(id)).toMatchObject({ name: 'completed', summary: { files: 0, notFound: 2 } })
  })

  test('holds long records whole, and short ones beside them', async () => {
    const world = aWorld()
    const bodies = ['"1"', `"${'x'.repeat(1.5 * 2 ** 20)}"`, '"2"', `"${'y'.repeat(2 ** 20)}"`]
    await world.land(bodies.map((body, at) => aRecord({ id: `o-${at}`, body })))
    const id = await world.ask({ format })
    await world.drain()
    expect(await world.stateOf(id)).toMatchObject({
      name: 'completed',
      summary: { files: 1, records: { count: 4 } },
    })
    if (format === 'ndjson')
      expect(world.file(`${id}/2024-03-10.ndjson`).toString()).toBe(`${bodies.join('\n')}\n`)
  })
})
