import { expect, test } from 'vitest'
import { generateAhead } from '../../shared/codec/generate-ahead.ts'

/** Numbers as they are asked for, with a note of each, and of the end. */
const makeSource = (count: number, options: { failAt?: number } = {}) => {
  const notes: string[] = []
  async function* numbers() {
    try {
      for (let number = 0; number < count; number += 1) {
        notes.push(`made ${number}`)
        if (number === options.failAt) throw new Error(`no ${number}`)
        yield number
      }
    } finally {
      notes.push('closed')
    }
  }
  return { notes, source: numbers() }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

test('gives the same items in order, each made while the one before is worked on', async () => {
  const { notes, source } = makeSource(3)
  const seen: number[] = []
  for await (const number of generateAhead(source, () => true)) {
    await turn()
    notes.push(`used ${number}`)
    seen.push(number)
  }
  expect(seen).toEqual([0, 1, 2])
  expect(notes).toEqual(['made 0', 'made 1', 'used 0', 'made 2', 'used 1', 'closed', 'used 2'])
})

test('makes nothing beside an item that leaves no room', async () => {
  const { notes, source } = makeSource(3)
  for await (const number of generateAhead(source, (current) => current !== 0)) {
    await turn()
    notes.push(`used ${number}`)
  }
  expect(notes).toEqual(['made 0', 'used 0', 'made 1', 'made 2', 'used 1', 'closed', 'used 2'])
})

test('an error comes where its item would have come, and nobody is told before', async () => {
  const { source } = makeSource(3, { failAt: 1 })
  const seen: number[] = []
  const reading = (async () => {
    for await (const number of generateAhead(source, () => true)) {
      await turn()
      seen.push(number)
    }
  })()
  await expect(reading).rejects.toThrow('no 1')
  expect(seen).toEqual([0])
})

test('who stops early closes the source, and does not hear of what went wrong ahead', async () => {
  for (const failAt of [undefined, 1]) {
    const { notes, source } = makeSource(3, failAt === undefined ? {} : { failAt })
    for await (const number of generateAhead(source, () => true)) if (number === 0) break
    expect(notes).toEqual(['made 0', 'made 1', 'closed'])
  }
})
