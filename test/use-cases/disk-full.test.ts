import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeDiskScratch } from '../../shared/adapters/aws/disk-scratch.ts'
import type { Scratch, ScratchFolder } from '../../shared/ports/scratch.ts'
import { bodiesOf, expectCatalogTrue, readAll } from '../support/archive-facts.ts'
import { anArchiveWorld } from '../support/archive-world.ts'
import { aMessage, anOrder } from '../support/orders.ts'

const ref = { dataset: 'orders', partition: '2024-03-10' }
const QUIET = Date.parse('2024-03-11T01:00:00Z')
const ORDERS = Array.from({ length: 40 }, (_, at) => anOrder(`o-${String(at).padStart(2, '0')}`))

let disk: string
beforeAll(async () => {
  disk = await mkdtemp(join(tmpdir(), 'icecore-disk-'))
})
afterAll(() => rm(disk, { recursive: true, force: true }))

class NoSpace extends Error {
  readonly code = 'ENOSPC'
}

/** Scratch whose folders do some things in their own way. */
const changed = (scratch: Scratch, change: (folder: ScratchFolder) => Partial<ScratchFolder>): Scratch => ({
  folder: async () => {
    const folder = await scratch.folder()
    return { ...folder, ...change(folder) }
  },
})

/** A disk on which so many bytes are left, of which a write takes what it can before it fails. */
const withRoom = (scratch: Scratch, room: number) => {
  let left = room
  let most = 0
  const limited = changed(scratch, (folder) => ({
    create: async (name) => {
      const sink = await folder.create(name)
      return {
        close: sink.close,
        write: async (bytes) => {
          const fits = Math.min(left, bytes.length)
          await sink.write(bytes.subarray(0, fits))
          left -= fits
          most += bytes.length
          if (fits < bytes.length) throw new NoSpace('ENOSPC: no space left on device, write')
        },
      }
    },
  }))
  return { scratch: limited, written: () => most }
}

const aLandedWorld = async () => {
  const world = anArchiveWorld()
  for (let from = 0; from < ORDERS.length; from += 10)
    await world.age([aMessage(ORDERS.slice(from, from + 10))])
  world.clock.now = QUIET
  return world
}

test('[F14] a seal whose disk is full at any moment changes nothing, gives its room back, and succeeds with more', async () => {
  const ample = withRoom(makeDiskScratch(disk), Number.POSITIVE_INFINITY)
  await (await aLandedWorld()).seal(ref, undefined, ample.scratch)
  const needed = ample.written()
  expect(needed).toBeGreaterThan(1000)
  const world = await aLandedWorld()
  const before = await world.catalog.log.read(ref)
  for (let room = 0; room < needed; room += Math.ceil(needed / 60)) {
    const small = withRoom(makeDiskScratch(disk), room)
    await expect(world.seal(ref, undefined, small.scratch)).rejects.toThrow('ENOSPC')
    expect(await readdir(disk)).toEqual([])
    expect(await world.catalog.log.read(ref)).toEqual(before)
  }
  const enough = withRoom(makeDiskScratch(disk), needed)
  expect(await world.seal(ref, undefined, enough.scratch)).toBe('sealed')
  expect(await readdir(disk)).toEqual([])
  expect(bodiesOf(await readAll(world))).toEqual(ORDERS)
  expect(await world.ledger()).toMatchObject({ balanced: true, archived: { count: ORDERS.length } })
  await expectCatalogTrue(world)
})

test('inputs that were opened are closed again where one of them cannot be opened', async () => {
  const world = await aLandedWorld()
  let [opened, closed] = [0, 0]
  const failing = changed(makeDiskScratch(disk), (folder) => ({
    open: async (name) => {
      if (opened === 3) throw new Error('too many open files')
      opened += 1
      const file = await folder.open(name)
      const close = async () => {
        closed += 1
        await file.close()
      }
      return { ...file, close }
    },
  }))
  await expect(world.seal(ref, undefined, failing)).rejects.toThrow('too many open files')
  expect([opened, closed]).toEqual([3, 3])
  expect(await readdir(disk)).toEqual([])
})
