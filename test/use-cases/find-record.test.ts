import { describe, expect, test } from 'vitest'
import { DAY } from '../../shared/domain/duration.ts'
import { partitionOf } from '../../shared/domain/partition.ts'
import { MAX_SEARCHED_PARTITIONS } from '../../shared/domain/rehydration.ts'
import type { PartitionRef } from '../../shared/domain/segment.ts'
import { findRecord } from '../../shared/use-cases/find-record.ts'
import { aDataset, aRecord, NOON } from '../support/builders.ts'
import { coldWorld } from '../support/cold-world.ts'
import { aWorld } from '../support/rehydration-world.ts'

const ONE = { id: 'o-1', time: null }

describe('a record that is looked for', () => {
  test('is found once, though it is in two segments', async () => {
    const { land, ports } = aWorld()
    await land([aRecord()])
    await land([aRecord()])
    expect(await findRecord(ports)('orders', ONE)).toMatchObject({
      kind: 'searched',
      records: [{ id: 'o-1' }],
      completeness: { segments: 2, read: 2 },
    })
  })

  test('comes with all that it is but promoted values', async () => {
    const promoted = [{ name: 'customer', path: ['customer'], type: 'string' }] as const
    const { land, ports } = aWorld({ dataset: aDataset({ promoted }) })
    const record = aRecord({ header: 'a,b', version: '7', promoted: ['c-1'] })
    await land([record])
    expect(await findRecord(ports)('orders', ONE)).toMatchObject({ records: [{ ...record, promoted: [] }] })
  })

  test('is not found where it is cold, and the answer says so', async () => {
    const { world } = await coldWorld()
    expect(await findRecord(world.ports)('orders', ONE)).toMatchObject({
      records: [],
      completeness: { segments: 1, read: 0, cold: 1 },
    })
  })

  test('is looked for again when its segment was replaced meanwhile', async () => {
    const world = aWorld()
    const { segment, commit } = await world.land([aRecord()])
    const { reader } = world.ports
    let replaced = false
    const racing = {
      ...reader,
      read: async (...[key, start, end]: Parameters<typeof reader.read>) => {
        if (!replaced && key === segment.key) {
          replaced = true
          await world.land([aRecord()], { kind: 'sealed', replaces: [commit.id] })
          world.removeObject(segment.key)
        }
        return reader.read(key, start, end)
      },
    }
    expect(await findRecord({ ...world.ports, reader: racing })('orders', ONE)).toMatchObject({
      records: [{ id: 'o-1' }],
      completeness: { segments: 1, read: 1, missing: 0 },
    })
    expect(replaced).toBe(true)
  })

  test('is not looked for in more partitions than one answer may take, and what is missing is said', async () => {
    const { ports } = aWorld()
    const days = Array.from({ length: MAX_SEARCHED_PARTITIONS + 1 }, (_, day) =>
      partitionOf(day * DAY, 'day'),
    )
    for (const partition of days) await ports.registry.expect({ dataset: 'orders', partition }, NOON)
    const reads: string[] = []
    const log = {
      ...ports.log,
      read: async (ref: PartitionRef) => {
        reads.push(ref.partition)
        return ports.log.read(ref)
      },
    }
    const found = await findRecord({ ...ports, log })('orders', ONE)
    expect(found).toMatchObject({ kind: 'too-broad', limit: MAX_SEARCHED_PARTITIONS })
    expect(found).toMatchObject({ hint: expect.stringContaining('give the time') })
    expect(reads).toEqual([])
    expect(await findRecord({ ...ports, log })('orders', { id: 'o-1', time: 5 * DAY })).toMatchObject({
      kind: 'searched',
      records: [],
    })
    expect(reads).toEqual(['1970-01-06'])
  })

  test('is no answer at all where reading fails for a reason that may pass', async () => {
    const { land, ports } = aWorld()
    const { segment } = await land([aRecord()])
    const failing = {
      ...ports.reader,
      read: async (...[key, start, end]: Parameters<typeof ports.reader.read>) => {
        if (key === segment.key) throw new Error('throttled')
        return ports.reader.read(key, start, end)
      },
    }
    await expect(findRecord({ ...ports, reader: failing })('orders', ONE)).rejects.toThrow('throttled')
  })
})
