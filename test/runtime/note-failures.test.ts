import { expect, test } from 'vitest'
import { makeMemoryFailureNotes } from '../../shared/adapters/memory/memory-failure-notes.ts'
import type { FailureNotes } from '../../shared/ports/dead-letters.ts'
import { makeFailureNoter } from '../../shared/runtime/note-failures.ts'

const aMessage = (messageId: string, receives: number) => ({
  messageId,
  attributes: { ApproximateReceiveCount: String(receives) },
})

const aNoter = (notes: FailureNotes = makeMemoryFailureNotes()) => {
  const warnings: unknown[] = []
  const warn = (message: unknown, extra: unknown) => {
    warnings.push([message, extra])
  }
  return { notes, warnings, note: makeFailureNoter(notes, { warn }) }
}

test('the third failure of a message is noted, with the error’s name and words', async () => {
  const { notes, note } = aNoter()
  await note([
    { message: aMessage('m-2', 2), error: new Error('early') },
    { message: aMessage('m-3', 3), error: new RangeError('too far') },
    { message: aMessage('m-9', 9), error: 'only text' },
  ])
  expect(await notes.find('m-2')).toBeUndefined()
  expect(await notes.find('m-3')).toEqual({ reason: 'RangeError', detail: 'too far' })
  expect(await notes.find('m-9')).toEqual({ reason: 'Error', detail: 'only text' })
})

test('a note has its bounds', async () => {
  const { notes, note } = aNoter()
  const error = new Error('x'.repeat(5000))
  error.name = 'N'.repeat(5000)
  await note([{ message: aMessage('m-1', 5), error }])
  expect(await notes.find('m-1')).toEqual({ reason: 'N'.repeat(100), detail: 'x'.repeat(1000) })
})

test('a note that cannot be written is told of once, and is no error', async () => {
  let tried = 0
  const broken: FailureNotes = {
    note: async () => {
      tried += 1
      throw new Error('the table is gone')
    },
    find: async () => undefined,
  }
  const { note, warnings } = aNoter(broken)
  const failures = ['m-1', 'm-2', 'm-3'].map((id) => ({ message: aMessage(id, 5), error: new Error('x') }))
  await note(failures)
  expect(tried).toBe(1)
  expect(warnings).toEqual([['failure not noted', { error: new Error('the table is gone') }]])
})
