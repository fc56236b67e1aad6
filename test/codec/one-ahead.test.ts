import { describe, expect, it } from 'vitest'
import { oneAhead, oneByOne } from '../../shared/codec/one-ahead.ts'

const log = () => {
  const told: string[] = []
  const work = async (item: number) => {
    told.push(`begin ${item}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
    if (item === 3) throw new Error('no third')
    told.push(`end ${item}`)
    return item * 10
  }
  return { told, work }
}

describe('work on one item ahead', () => {
  it('has begun when what came of the one before is given out', async () => {
    const { told, work } = log()
    for await (const made of oneAhead([1, 2], work)) told.push(`got ${made}`)
    expect(told).toEqual(['begin 1', 'end 1', 'begin 2', 'got 10', 'end 2', 'got 20'])
    expect(await Array.fromAsync(oneAhead([], work))).toEqual([])
  })

  it('that fails does so in its turn, and nothing more is begun', async () => {
    const { told, work } = log()
    const read = async () => {
      for await (const made of oneAhead([2, 3, 4], work)) told.push(`got ${made}`)
    }
    await expect(read()).rejects.toThrow('no third')
    expect(told).toEqual(['begin 2', 'end 2', 'begin 3', 'got 20'])
  })

  it('is waited for by who stops early', async () => {
    const { told, work } = log()
    for await (const made of oneAhead([1, 2, 4], work)) {
      told.push(`got ${made}`)
      break
    }
    expect(told).toEqual(['begin 1', 'end 1', 'begin 2', 'got 10', 'end 2'])
  })
})

it('one by one, nothing is begun before it is asked for', () => {
  const begun: number[] = []
  for (const made of oneByOne([1, 2, 3], (item) => begun.push(item))) if (made === 2) break
  expect(begun).toEqual([1, 2])
})
