import { expect, test } from 'vitest'
import { DAY } from '../../shared/domain/duration.ts'
import { MoreToAge } from '../../shared/use-cases/age-object.ts'
import { bodiesOf, readAll } from '../support/archive-facts.ts'
import { anArchiveWorld } from '../support/archive-world.ts'
import { aDataset, NOON } from '../support/builders.ts'
import { anOrder } from '../support/orders.ts'

const key = 'orders/a.ndjson'
const ONE_ROW = { items: 1, bytes: 1 }

const upTo = (maxBodyBytes: number) => aDataset({ limits: { maxBodyBytes, maxFuture: DAY } })

test('an attempt under a lower limit on bodies begins behind the last row that is archived, and loses none', async () => {
  const world = anArchiveWorld([upTo(2 ** 21)])
  // fills a chunk by itself as long as it is not too long
  const long = anOrder('long', NOON, `,"note":"${'x'.repeat(1_500_000)}"`)
  const orders = [long, anOrder('b'), anOrder('c')]
  world.putHot(key, orders.join('\n'))
  let chunks = 1
  const once = () => chunks-- > 0
  await expect(world.ageObject({ key }, undefined, { hasTime: once, chunk: ONE_ROW })).rejects.toThrow(
    MoreToAge,
  )
  world.config.datasets.set('orders', upTo(1000))
  await world.ageObject({ key }, undefined, { chunk: ONE_ROW })
  expect(await world.hot.find(key)).toBeUndefined()
  expect(bodiesOf(await readAll(world))).toEqual(orders.toSorted())
  expect(await world.ledger()).toMatchObject({ received: { count: 3 }, balanced: true })
})

test('a text of many megabytes goes to quarantine whole, in base64 whatever JSON would make of it', async () => {
  const longest = 16 * 2 ** 20
  const inBase64 = async (line: string, limit: number, reason: string) => {
    const world = anArchiveWorld([upTo(limit)])
    world.putHot(key, line)
    expect(await world.ageObject({ key })).toEqual({ outcome: 'archived', records: 0, quarantined: 1 })
    const [item] = world.quarantine.units().flatMap(({ items }) => items)
    expect(item).toMatchObject({ reason, encoding: 'base64' })
    expect(Buffer.from(item?.text ?? '', 'base64').equals(Buffer.from(line))).toBe(true)
    expect(await world.ledger()).toMatchObject({ quarantined: { count: 1 }, balanced: true })
  }
  await inBase64('\0'.repeat(longest + 1), longest + 1, 'malformed-json')
  await inBase64(`${'é'.repeat(longest / 2)}x`, longest, 'body-too-long')
})
