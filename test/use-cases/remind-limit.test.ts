import { expect, test } from 'vitest'
import { makeMemoryQueue } from '../../shared/adapters/memory/memory-queue.ts'
import { HOUR } from '../../shared/domain/duration.ts'
import { remindOfHotObjects } from '../../shared/use-cases/remind-of-hot-objects.ts'
import { anArchiveWorld } from '../support/archive-world.ts'
import { NOON } from '../support/builders.ts'

test('one run lists a bounded number of hot objects', async () => {
  const { config, register } = anArchiveWorld()
  const object = { etag: 'e', bytes: 1, storageClass: 'STANDARD', lastModified: NOON, restore: null } as const
  let listed = 0
  async function* list() {
    for (; listed < 100_010; listed += 1) yield { ...object, key: `orders/${listed}.ndjson` }
  }
  const objectsQueue = makeMemoryQueue<{ readonly key: string }>()
  const now = () => NOON + 7 * HOUR
  expect(await remindOfHotObjects({ config, lister: { list }, register, objectsQueue, now })()).toEqual({
    reminded: 1000,
  })
  expect(listed).toBe(99_999)
})
