import { describe, expect, test } from 'vitest'
import { HOUR } from '../../shared/domain/duration.ts'
import { bodiesOf, collect, expectCatalogTrue, readAll } from '../support/archive-facts.ts'
import { anArchiveWorld } from '../support/archive-world.ts'
import { aDataset, NOON } from '../support/builders.ts'
import { meanwhile } from '../support/failing.ts'
import { aMessage, anOrder } from '../support/orders.ts'

const ref = { dataset: 'orders', partition: '2024-03-10' }
const QUARTER = HOUR / 4
const NIGHT = Date.parse('2024-03-11T01:00:00Z')

const twoLandings = async () => {
  const world = anArchiveWorld()
  await world.age([aMessage([anOrder('a')])])
  await world.age([aMessage([anOrder('b'), anOrder('a')])])
  world.clock.now = NIGHT
  return world
}

describe('[F9] clocks that are off', () => {
  test.each([-QUARTER, QUARTER])(
    'by %d ms in one of two seals at once: one gets the number, and nothing is lost',
    async (off) => {
      const world = await twoLandings()
      const other = async () => {
        world.clock.now = NIGHT + off + QUARTER
        await world.seal(ref)
        world.clock.now = NIGHT + QUARTER
      }
      expect(await world.seal(ref, meanwhile('append', other))).toBe('outrun')
      expect(bodiesOf(await readAll(world))).toEqual([anOrder('a'), anOrder('b')])
      await expectCatalogTrue(world)
      expect(await world.ledger()).toMatchObject({ balanced: true })
    },
  )

  test('which jump back between ageing and sealing delay a seal, and no more', async () => {
    const world = await twoLandings()
    world.clock.now = NOON - QUARTER
    expect(await world.seal(ref)).toBe('too-early')
    await world.age([aMessage([anOrder('c')])])
    world.clock.now = NIGHT
    expect(await world.seal(ref)).toBe('sealed')
    expect(bodiesOf(await readAll(world))).toHaveLength(3)
  })

  test('which jump back after a seal give nothing its grace twice, and take nothing before it', async () => {
    const world = await twoLandings()
    await world.seal(ref)
    const commitIds = (await world.catalog.log.read(ref)).commits.map(({ id }) => id)
    const keys = async () => (await collect(world.archive.lister.list('landing/'))).length
    for (const now of [NIGHT - QUARTER, NOON, NIGHT + 23 * HOUR]) {
      world.clock.now = now
      await world.expire({ ...ref, commitIds, orphanKeys: [] })
      expect(await keys()).toBe(2)
    }
    expect(bodiesOf(await readAll(world))).toHaveLength(2)
  })

  test.each([
    ['seconds', 's', NOON],
    ['milliseconds', 'ms', NOON * 1000],
  ] as const)(
    'in the unit of a producer: %s that are a thousand times too many go to quarantine, to the byte',
    async (_, unit, at) => {
      const world = anArchiveWorld([aDataset({ time: { path: ['at'], unit } })])
      const text = `{"id":"a","at":${at}}`
      const message = aMessage([text])
      expect([...(await world.age([message])).done]).toEqual([message.messageId])
      expect(world.quarantine.units().flatMap(({ items }) => items)).toMatchObject([
        { text, reason: expect.stringMatching(/^time-/) },
      ])
      expect(await readAll(world)).toEqual([])
    },
  )
})
