import { expect, test } from 'vitest'
import {
  makeDeadLetterMarks,
  makeDeadLetterObjects,
  makeDeadLetters,
} from '../../shared/adapters/dead-letter-store.ts'
import type { DeadLetter } from '../../shared/ports/dead-letters.ts'
import { retryDeadLetter } from '../../shared/use-cases/retry-dead-letter.ts'
import { collect } from '../support/archive-facts.ts'
import { anArchiveWorld, type Wrap } from '../support/archive-world.ts'
import { NOON } from '../support/builders.ts'
import { crashEverywhere, crashes } from '../support/crashing.ts'

const KEY = 'orders/damaged.gz'

const aWorld = async (parts: Partial<DeadLetter> = {}) => {
  const { archive, register } = anArchiveWorld()
  const sent: DeadLetter[] = []
  const letter: DeadLetter = {
    queue: 'objects',
    messageId: 'm-1',
    body: KEY,
    attributes: [],
    sentAt: NOON,
    receives: 11,
    group: null,
    reason: 'SourceCorrupt',
    detail: '',
    keptAt: NOON,
    ...parts,
  }
  await makeDeadLetters(archive).keep(letter)
  await register.setAside(KEY, { etag: '"1"', reason: 'SourceCorrupt', detail: '', at: NOON, until: null })
  const letters = makeDeadLetterObjects(archive)
  const find = async () => {
    const [object] = await collect(letters.list())
    if (object === undefined) throw new Error('nothing was kept')
    return object
  }
  const redrive = {
    send: async (one: DeadLetter) => {
      sent.push(one)
    },
  }
  const retry = async (options = {}, wrap: Wrap = (port) => port) =>
    retryDeadLetter({
      letters: wrap(letters),
      letterMarks: wrap(makeDeadLetterMarks(archive)),
      redrive: wrap(redrive),
      register: wrap(register),
      hotKeysOf: (body) => [body],
    })(await find(), options)
  return { letter, sent, find, retry, isAside: async () => (await register.findSetAside(KEY)) !== undefined }
}

test('[F16] it is sent to its queue as it was, once, and its hot object is set aside no longer', async () => {
  const { letter, sent, find, retry, isAside } = await aWorld()
  expect(await retry()).toBe('sent')
  expect(sent).toEqual([letter])
  expect(await isAside()).toBe(false)
  expect((await find()).retriedAt).toBe(NOON)
  expect(await retry()).toBe('sent-before')
  expect(sent).toHaveLength(1)
})

test('one of another queue is about no hot object', async () => {
  const { retry, isAside } = await aWorld({ queue: 'records' })
  expect(await retry()).toBe('sent')
  expect(await isAside()).toBe(true)
})

test('a dry run sends nothing', async () => {
  const { sent, find, retry, isAside } = await aWorld()
  expect(await retry({ dryRun: true })).toBe('sent')
  expect([sent, await isAside(), (await find()).retriedAt]).toEqual([[], true, null])
})

test('[F1] [F2] after a fault at any call, another retry has sent it', async () => {
  await crashEverywhere(async (point, name) => {
    const { sent, find, retry } = await aWorld()
    if (await crashes(() => retry({}, point.wrap))) await retry()
    expect(sent.length, name).toBeGreaterThan(0)
    expect((await find()).retriedAt, name).toBe(NOON)
  })
})
