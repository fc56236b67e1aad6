import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  makeDeadLetterMarks,
  makeDeadLetterObjects,
  makeDeadLetters,
} from '../../shared/adapters/dead-letter-store.ts'
import { deadLetterKey } from '../../shared/domain/keys.ts'
import type { DeadLetter } from '../../shared/ports/dead-letters.ts'
import { collect } from '../support/archive-facts.ts'
import { ARCHIVE_BACKENDS, type ArchiveBackend } from './archive-backend.ts'

describe.each(ARCHIVE_BACKENDS)('dead letters %s', (_, open) => {
  let backend: ArchiveBackend
  beforeAll(async () => {
    backend = await open()
  })
  afterAll(() => backend.close())

  let letters = 0
  const aLetter = (parts: Partial<DeadLetter> = {}): DeadLetter => {
    letters += 1
    return {
      queue: 'records',
      messageId: `5f0f2f3a-0000-4000-8000-${String(letters).padStart(12, '0')}`,
      body: '{"dataset":"orders","record":{}}',
      attributes: [],
      sentAt: 1,
      receives: 11,
      group: null,
      reason: 'no-answer',
      detail: 'time-out, memory or crash',
      keptAt: 2,
      ...parts,
    }
  }
  const keep = (letter: DeadLetter) => makeDeadLetters(backend.archive).keep(letter)
  const objects = () => makeDeadLetterObjects(backend.archive)

  test('a letter comes back as it was, with all of its attributes', async () => {
    const letter = aLetter({
      body: 'é\n{"__proto__":1}',
      attributes: [
        { name: '__proto__', dataType: 'String', stringValue: 'orders' },
        { name: 'raw', dataType: 'Binary.png', binaryValue: '/w==' },
      ],
      group: 'orders/2024-03-10',
      queue: 'seal.fifo',
    })
    expect(await keep(letter)).toBe('kept')
    expect(await objects().read(letter)).toEqual(letter)
  })

  test('[F3] one that is delivered again is the first one still', async () => {
    const letter = aLetter()
    await keep(letter)
    expect(await keep({ ...letter, receives: 12, keptAt: 3 })).toBe('already-kept')
    expect(await objects().read(letter)).toEqual(letter)
  })

  test('[F13] one of 1 MiB, all of it to be escaped, is kept whole', async () => {
    const letter = aLetter({ body: '\u0001'.repeat(2 ** 20) })
    await keep(letter)
    expect((await objects().read(letter)).body.length).toBe(2 ** 20)
  })

  test('they are listed by queue, each with when it was sent again', async () => {
    const [first, second] = [aLetter({ queue: 'listed' }), aLetter({ queue: 'listed' })]
    for (const letter of [first, second, aLetter({ queue: 'listed-too' })]) await keep(letter)
    await makeDeadLetterMarks(backend.archive).retried(second)
    await makeDeadLetterMarks(backend.archive).retried(second)
    const listed = await collect(objects().list('listed'))
    expect(listed.map(({ messageId, retriedAt }) => [messageId, retriedAt !== null])).toEqual([
      [first.messageId, false],
      [second.messageId, true],
    ])
    const all = (await collect(objects().list())).map(({ messageId }) => messageId)
    expect(all).toEqual(expect.arrayContaining([first.messageId, second.messageId]))
    expect(all.length).toBeGreaterThan(2)
  })

  test('what is not there, or of another format, is an error', async () => {
    const letter = aLetter()
    await expect(objects().read(letter)).rejects.toThrow('not in the archive bucket')
    const key = deadLetterKey(letter.queue, letter.messageId)
    backend.s3.putObject({ bucket: backend.archiveBucket, key, body: Buffer.from('{"format":2}') })
    await expect(objects().read(letter)).rejects.toThrow()
  })

  test('keys that are no letters’ are passed over', async () => {
    for (const key of [
      'quarantine/dead-letters/queue=odd/a/b.json',
      'quarantine/dead-letters/queue=odd/a.txt',
    ])
      backend.s3.putObject({ bucket: backend.archiveBucket, key, body: Buffer.from('x') })
    expect(await collect(objects().list('odd'))).toEqual([])
  })

  test('the last note of a message counts', async () => {
    const { notes } = backend
    expect(await notes.find('m-1')).toBeUndefined()
    await notes.note('m-1', { reason: 'Error', detail: 'first' })
    await notes.note('m-1', { reason: 'OutOfTime', detail: '' })
    expect(await notes.find('m-1')).toEqual({ reason: 'OutOfTime', detail: '' })
  })
})
