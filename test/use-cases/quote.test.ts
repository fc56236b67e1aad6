import { expect, test } from 'vitest'
import { DAY } from '../../shared/domain/duration.ts'
import { quote } from '../../shared/use-cases/quote.ts'
import { NOON } from '../support/builders.ts'
import { coldWorld } from '../support/cold-world.ts'
import { AS_USUAL, aRange } from '../support/selections.ts'

const range = aRange(NOON - 2000 * DAY, NOON + DAY)

test('a quote counts what has to be thawed', async () => {
  const { world, segment } = await coldWorld()
  expect(await quote(world.ports)({ dataset: 'orders', selection: range, ...AS_USUAL })).toMatchObject({
    kind: 'quoted',
    quote: { segments: 1, segmentsToThaw: 1, bytesToThaw: segment.bytes },
  })
})

test('no quote looks through more than a thousand partitions', async () => {
  const { world } = await coldWorld()
  for (let at = 1; at <= 1000; at += 1)
    await world.ports.registry.expect(
      { dataset: 'orders', partition: new Date(NOON - at * DAY).toISOString().slice(0, 10) },
      NOON,
    )
  expect(await quote(world.ports)({ dataset: 'orders', selection: range, ...AS_USUAL })).toEqual({
    kind: 'too-broad',
    limit: 1000,
    hint: 'ask for a shorter range',
  })
})
