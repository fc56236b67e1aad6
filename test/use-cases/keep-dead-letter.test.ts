import { describe, expect, test } from 'vitest'
import { makeDeadLetterObjects, makeDeadLetters } from '../../shared/adapters/dead-letter-store.ts'
import { makeMemoryArchive } from '../../shared/adapters/memory/memory-archive.ts'
import { makeMemoryFailureNotes } from '../../shared/adapters/memory/memory-failure-notes.ts'
import { HOUR } from '../../shared/domain/duration.ts'
import { type DeadMessage, keepDeadLetter } from '../../shared/use-cases/keep-dead-letter.ts'
import { collect } from '../support/archive-facts.ts'
import { anArchiveWorld, type Wrap } from '../support/archive-world.ts'
import { NOON } from '../support/builders.ts'
import { crashEverywhere, crashes } from '../support/crashing.ts'

const KEY = 'orders/damaged.ndjson.gz'

const aMessage = (parts: Partial<DeadMessage> = {}): DeadMessage => ({
  queue: 'records',
  messageId: 'm-1',
  body: 'text',
  attributes: [{ name: 'dataset', dataType: 'String', stringValue: 'orders' }],
  sentAt: NOON,
  receives: 11,
  group: null,
  ...parts,
})

const aWorld = () => {
  const world = anArchiveWorld()
  const notes = makeMemoryFailureNotes()
  const keep = (message: DeadMessage, wrap: Wrap = (port) => port) =>
    keepDeadLetter({
      letters: wrap(makeDeadLetters(world.archive)),
      notes: wrap(notes),
      register: wrap(world.register),
      hotLister: wrap(makeMemoryArchive(world.s3, 'hot').lister),
      hotKeysOf: (body) => body.split(','),
      now: () => world.clock.now,
    })(message)
  const objects = makeDeadLetterObjects(world.archive)
  return { ...world, notes, keep, objects }
}

test('a message is kept whole, with the reason that its worker noted', async () => {
  const world = aWorld()
  await world.notes.note('m-1', { reason: 'SegmentIsMissing', detail: 'x is not in the archive bucket' })
  world.clock.now = NOON + HOUR
  expect(await world.keep(aMessage())).toBe('kept')
  expect(await world.objects.read(aMessage())).toEqual({
    ...aMessage(),
    reason: 'SegmentIsMissing',
    detail: 'x is not in the archive bucket',
    keptAt: NOON + HOUR,
  })
})

test('a worker that never came to say why has given no answer', async () => {
  const world = aWorld()
  await world.keep(aMessage())
  expect(await world.objects.read(aMessage())).toMatchObject({ reason: 'no-answer' })
})

describe('the hot object of a message of the objects queue', () => {
  const aboutKey = (parts: Partial<DeadMessage> = {}) => aMessage({ queue: 'objects', body: KEY, ...parts })

  test('is set aside in the version that could not be aged', async () => {
    const world = aWorld()
    world.putHot(KEY, 'damaged')
    await world.notes.note('m-1', { reason: 'SourceCorrupt', detail: 'the end is missing' })
    await world.keep(aboutKey())
    const [object] = await collect(makeMemoryArchive(world.s3, 'hot').lister.list(KEY))
    expect(await world.register.findSetAside(KEY)).toEqual({
      etag: object?.etag,
      reason: 'SourceCorrupt',
      detail: 'the end is missing',
      at: NOON,
      until: null,
    })
  })

  test('is left alone when another version came after the message', async () => {
    const world = aWorld()
    world.clock.now = NOON + 1
    world.putHot(KEY, 'mended')
    await world.keep(aboutKey())
    expect(await world.register.findSetAside(KEY)).toBeUndefined()
  })

  test('is not mistaken for one whose key goes on, nor missed when it is gone', async () => {
    const world = aWorld()
    world.putHot(`${KEY}.2`, 'another')
    await world.keep(aboutKey({ body: `${KEY},orders/gone.ndjson` }))
    expect(await world.register.findSetAside(KEY)).toBeUndefined()
    expect(await world.register.findSetAside(`${KEY}.2`)).toBeUndefined()
  })

  test('is looked for only for that queue', async () => {
    const world = aWorld()
    world.putHot(KEY, 'fine')
    await world.keep(aMessage({ body: KEY }))
    expect(await world.register.findSetAside(KEY)).toBeUndefined()
  })

  test('[F1] [F2] after a fault at any call, the next delivery keeps the letter once and sets the object aside', async () => {
    const calls = await crashEverywhere(async (point, name) => {
      const world = aWorld()
      world.putHot(KEY, 'damaged')
      if (await crashes(() => world.keep(aboutKey(), point.wrap)))
        await world.keep(aboutKey({ receives: 12 }))
      expect(await collect(world.objects.list()), name).toHaveLength(1)
      expect(await world.register.findSetAside(KEY), name).toBeDefined()
    })
    expect(calls).toBe(4)
  })
})
