import { expect, test } from 'vitest'
import { NO_TERMS } from '../../shared/domain/rehydration-terms.ts'
import { makeUlid } from '../../shared/domain/ulid.ts'
import type { RehydrationPosition } from '../../shared/ports/rehydrations.ts'
import { listRehydrations, type RehydrationsWanted } from '../../shared/use-cases/list-rehydrations.ts'
import { NOON } from '../support/builders.ts'
import { aRequest, aWorld } from '../support/rehydration-world.ts'

const COUNT = 100

/** A hundred of them: every tenth is cancelled, every seventh of another dataset. */
const aHundred = async () => {
  const { ports } = aWorld()
  for (let at = 0; at < COUNT; at += 1) {
    const acceptedAt = NOON + Math.floor(at / 2)
    await ports.rehydrations.create(
      {
        id: makeUlid(acceptedAt, (bytes) => new Uint8Array(bytes).fill(at)),
        request: aRequest({ dataset: at % 7 === 0 ? 'others' : 'orders' }),
        caller: 'tester',
        acceptedAt,
        state:
          at % 10 === 0
            ? { name: 'cancelled', cancelledAt: at }
            : { name: 'failed', failedAt: at, reason: '' },
        terms: NO_TERMS,
      },
      NOON,
    )
  }
  let reads = 0
  const newest: typeof ports.index.newest = (...given) => {
    reads += 1
    return ports.index.newest(...given)
  }
  const list = listRehydrations({ index: { newest } })
  const wantedOf = (parts: Partial<RehydrationsWanted>): RehydrationsWanted => ({
    status: null,
    dataset: null,
    from: null,
    to: null,
    limit: 10,
    after: null,
    maySee: () => true,
    ...parts,
  })
  /** Page after page, and how many reads the longest took. */
  const all = async (parts: Partial<RehydrationsWanted>) => {
    const pages: number[][] = []
    let most = 0
    let after: RehydrationPosition | null = null
    do {
      reads = 0
      const page = await list(wantedOf({ ...parts, after }))
      pages.push(
        page.rehydrations.map(({ state }) =>
          'failedAt' in state ? state.failedAt : 'cancelledAt' in state ? state.cancelledAt : -1,
        ),
      )
      most = Math.max(most, reads)
      after = page.next
    } while (after !== null)
    return { pages, most }
  }
  return all
}

const downTo = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, at) => from - at)

test('a list is newest first, in whole pages, each rehydration once', async () => {
  const all = await aHundred()
  const { pages, most } = await all({})
  expect(pages.flat()).toEqual(downTo(COUNT - 1, 0))
  expect(pages.slice(0, -1).every((page) => page.length === 10)).toBe(true)
  expect(most).toBe(1)
})

test('a filtered list has what is wanted, in order, whatever the pages are like', async () => {
  const all = await aHundred()
  for (const limit of [1, 3, 10, 100]) {
    const cancelled = await all({ status: 'cancelled', limit })
    expect(cancelled.pages.flat()).toEqual(downTo(9, 0).map((at) => at * 10))
    expect((await all({ dataset: 'others', limit })).pages.flat()).toEqual(
      downTo(COUNT - 1, 0).filter((at) => at % 7 === 0),
    )
    const within = await all({ from: NOON + 10, to: NOON + 20, limit })
    expect(within.pages.flat()).toEqual(downTo(39, 20))
  }
})

test('a page ends after so many reads, empty if need be', async () => {
  const all = await aHundred()
  const { pages, most } = await all({ maySee: () => false, limit: 5 })
  expect(most).toBe(8)
  expect(pages).toEqual([[], [], []])
})
