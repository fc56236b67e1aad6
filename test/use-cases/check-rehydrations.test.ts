import { expect, test } from 'vitest'
import { aWorld } from '../support/rehydration-world.ts'

test('the check of a rehydration that is gone is ended, and holds up no other', async () => {
  const { ports, ...world } = aWorld()
  const settled: [string, number | null][] = []
  const id = await world.ask()
  const gone = { id: 'gone', dueAt: world.now() }
  world.advance(3_600_000)
  const withGone = {
    ...ports,
    index: {
      ...ports.index,
      due: async (now: number, limit: number) => [gone, ...(await ports.index.due(now, limit))],
      settle: async (check: typeof gone, nextDue: number | null) => {
        settled.push([check.id, nextDue])
        return ports.index.settle(check, nextDue)
      },
    },
  }
  expect(await world.on(withGone).check()).toEqual({ sent: 1, failed: 0 })
  expect(new Map(settled)).toEqual(
    new Map([
      ['gone', null],
      [id, expect.any(Number)],
    ]),
  )
})
