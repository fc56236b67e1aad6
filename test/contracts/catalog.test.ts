import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import type { Holding } from '../../shared/domain/holding.ts'
import { collect } from '../support/archive-facts.ts'
import { aCommit, aSegment, NOON } from '../support/builders.ts'
import { ARCHIVE_BACKENDS, type ArchiveBackend } from './archive-backend.ts'

describe.each(ARCHIVE_BACKENDS)('the catalog %s', (_, open) => {
  let backend: ArchiveBackend
  beforeAll(async () => {
    backend = await open()
  })
  afterAll(() => backend.close())

  let partitions = 0
  const aRef = () => {
    partitions += 1
    return { dataset: `orders-${partitions}`, partition: '2024-03-10' }
  }
  const empty = { commits: [], holdings: new Map(), waiters: [] }

  describe('commit log', () => {
    test('a partition that nothing was committed to is empty', async () => {
      expect(await backend.catalog.log.read(aRef())).toEqual(empty)
    })

    test('a commit is read as it was appended', async () => {
      const { log } = backend.catalog
      const ref = aRef()
      const big = { count: 3, upper: 2n ** 70n + 1n, lower: 0n }
      const landed = aCommit({
        segments: [aSegment({ records: big, minId: '', maxId: '\u{10ffff}é\u0000', minTime: -(2 ** 40) })],
      })
      const sealed = aCommit({
        id: 'G#000001',
        segments: [],
        replaces: [landed.id],
        books: { ...landed.books, expired: big },
      })
      expect(await log.append(ref, landed)).toBe('committed')
      expect(await log.append(ref, sealed)).toBe('committed')
      expect(await log.read(ref)).toEqual({ ...empty, commits: [sealed, landed] })
    })

    test('the same commit again is committed, another under its id is a conflict that writes nothing', async () => {
      const { log } = backend.catalog
      const ref = aRef()
      const commit = aCommit({ id: 'G#000001', replaces: ['L#a'] })
      await log.append(ref, commit)
      expect(await log.append(ref, { ...commit, committedAt: NOON + 5 })).toBe('committed')
      expect(await log.append(ref, aCommit({ id: 'G#000001', replaces: ['L#a'] }))).toBe('conflict')
      expect(await log.append(ref, { ...commit, replaces: ['L#a', 'L#b'] })).toBe('conflict')
      expect((await log.read(ref)).commits).toEqual([commit])
    })

    test('a commit is there from its append to its removal, in its own partition', async () => {
      const { log } = backend.catalog
      const ref = aRef()
      const commit = aCommit({ id: 'L#one' })
      expect(await log.has(ref, 'L#one')).toBe(false)
      await log.append(ref, commit)
      expect(await log.has(ref, 'L#one')).toBe(true)
      expect(await log.has(ref, 'L#on')).toBe(false)
      expect(await log.has({ ...ref, partition: '2024-03' }, 'L#one')).toBe(false)
      await log.remove(ref, commit)
      expect(await log.has(ref, 'L#one')).toBe(false)
    })

    test('of many that append under one id, one is committed', async () => {
      const { log } = backend.catalog
      const ref = aRef()
      const outcomes = await Promise.all(
        Array.from({ length: 8 }, () => log.append(ref, aCommit({ id: 'G#000001' }))),
      )
      expect(outcomes.filter((outcome) => outcome === 'committed')).toHaveLength(1)
      expect((await log.read(ref)).commits).toHaveLength(1)
    })

    test('partitions and datasets are apart, also when one name begins with the other', async () => {
      const { log } = backend.catalog
      const ref = aRef()
      await log.append(ref, aCommit())
      expect(await log.read({ ...ref, partition: '2024-03' })).toEqual(empty)
      expect(await log.read({ ...ref, dataset: `${ref.dataset}0` })).toEqual(empty)
    })

    test('a partition of several megabytes is read whole', async () => {
      const { log } = backend.catalog
      const ref = aRef()
      const replaces = Array.from({ length: 1500 }, (__, index) => `L#${String(index).padStart(40, '0')}`)
      const commits = Array.from({ length: 40 }, (__, index) =>
        aCommit({ id: `G#${String(index).padStart(6, '0')}`, replaces }),
      )
      for (const commit of commits) await log.append(ref, commit)
      expect((await log.read(ref)).commits).toEqual(commits)
    })

    test('a commit that is removed takes its holdings along, and leaves the others', async () => {
      const { log, holdings } = backend.catalog
      const ref = aRef()
      const [gone, stays] = [aCommit(), aCommit()]
      for (const commit of [gone, stays]) {
        await log.append(ref, commit)
        for (const segment of commit.segments) await holdings.put(ref, aHolding(segment.id), undefined)
      }
      await log.remove(ref, gone)
      await log.remove(ref, gone)
      const state = await log.read(ref)
      expect(state.commits).toEqual([stays])
      expect([...state.holdings.keys()]).toEqual(stays.segments.map(({ id }) => id))
    })
  })

  const aHolding = (segmentId: string, parts: Partial<Holding> = {}): Holding => ({
    segmentId,
    storageClass: 'STANDARD',
    confirmedAt: NOON,
    target: null,
    taggedAt: null,
    thaw: null,
    ...parts,
  })

  describe('holdings', () => {
    test('a holding is put only over the one that was seen', async () => {
      const { log, holdings } = backend.catalog
      const ref = aRef()
      const first = aHolding('s-1')
      const thawing = aHolding('s-1', {
        storageClass: 'GLACIER',
        thaw: {
          tier: 'Bulk',
          requestedAt: NOON,
          readableUntil: null,
          neededUntil: NOON + 1,
          days: 3,
          by: 'r',
          raise: { to: 'Standard', at: NOON + 1, by: 'q', state: 'asking' },
        },
        asking: { attempt: 'a', since: NOON },
      })
      expect(await holdings.put(ref, thawing, first)).toBe('stale')
      expect(await holdings.put(ref, first, undefined)).toBe('put')
      expect(await holdings.put(ref, thawing, undefined)).toBe('stale')
      expect(await holdings.put(ref, thawing, aHolding('s-1', { confirmedAt: NOON + 1 }))).toBe('stale')
      expect(await holdings.put(ref, thawing, first)).toBe('put')
      expect((await log.read(ref)).holdings).toEqual(new Map([['s-1', thawing]]))
    })

    test('what was read can be put over, whatever the order of its members', async () => {
      const { log, holdings } = backend.catalog
      const ref = aRef()
      const { thaw, ...rest } = aHolding('s-1', {
        thaw: { tier: 'Standard', requestedAt: 1, readableUntil: 2 },
      })
      await holdings.put(ref, { thaw, ...rest }, undefined)
      const read = (await log.read(ref)).holdings.get('s-1')
      expect(await holdings.put(ref, aHolding('s-1'), read)).toBe('put')
    })

    test('of many that put over the same holding, one is not stale', async () => {
      const { holdings } = backend.catalog
      const ref = aRef()
      const outcomes = await Promise.all(
        Array.from({ length: 8 }, (__, at) =>
          holdings.put(ref, aHolding('s-1', { confirmedAt: NOON + at }), undefined),
        ),
      )
      expect(outcomes.filter((outcome) => outcome === 'put')).toHaveLength(1)
    })
  })

  test('a waiter is added, replaced, and removed, each rehydration its own', async () => {
    const { log, waiters } = backend.catalog
    const ref = aRef()
    const waiter = { rehydrationId: 'r-1', segmentIds: ['s-1', 's-2'], since: NOON, keepDays: 2 }
    const other = { rehydrationId: 'r-2', segmentIds: [], since: NOON, keepDays: null }
    for (const each of [{ ...waiter, since: 1 }, waiter, other]) await waiters.put(ref, each)
    expect((await log.read(ref)).waiters).toEqual([waiter, other])
    await waiters.remove(ref, 'r-1')
    await waiters.remove(ref, 'r-1')
    expect((await log.read(ref)).waiters).toEqual([other])
  })

  describe('registry', () => {
    const entriesOf = async (dataset: string) =>
      (await collect(backend.catalog.registry.list(dataset))).map(({ partition, dueAt }) => [
        partition,
        dueAt,
      ])

    test('a due time is only ever brought forward by who expects something', async () => {
      const { registry } = backend.catalog
      const ref = aRef()
      const MINUTE = 60_000
      const dueAfter = async (...dueAts: number[]) => {
        for (const dueAt of dueAts) await registry.expect(ref, dueAt)
        return entriesOf(ref.dataset)
      }
      expect(await dueAfter(NOON + DAY, NOON + HOUR, NOON + 2 * HOUR)).toEqual([[ref.partition, NOON + HOUR]])
      expect(await dueAfter(NOON + 10 * MINUTE, NOON + 15 * MINUTE)).toEqual([
        [ref.partition, NOON + 10 * MINUTE],
      ])
      expect(await dueAfter(NOON - HOUR, NOON)).toEqual([[ref.partition, NOON - HOUR]])
    })

    test('what is due comes most overdue first, up to the limit, of its dataset only', async () => {
      const { registry } = backend.catalog
      const [{ dataset }, other] = [aRef(), aRef()]
      const days = ['2024-03-03', '2024-03-01', '2024-03-02', '2024-03-04']
      for (const [hours, partition] of days.entries())
        await registry.expect({ dataset, partition }, NOON + hours * HOUR)
      await registry.expect(other, NOON)
      const due = async (limit: number) =>
        (await registry.due(dataset, NOON + 2 * HOUR, limit)).map(({ partition }) => partition)
      expect(await due(10)).toEqual(days.slice(0, 3))
      expect(await due(2)).toEqual(days.slice(0, 2))
    })

    test('a partition is settled from the due time that was seen, else the look was stale', async () => {
      const { registry } = backend.catalog
      const ref = aRef()
      await registry.expect(ref, NOON)
      const [seen] = await registry.due(ref.dataset, NOON, 1)
      if (seen === undefined) throw new Error('the partition is not due')
      expect(await registry.settle(seen, NOON + DAY)).toBe('settled')
      expect(await registry.settle(seen, NOON + 2 * DAY)).toBe('stale')
      expect(await entriesOf(ref.dataset)).toEqual([[ref.partition, NOON + DAY]])
      expect(await registry.due(ref.dataset, NOON + DAY - 1, 1)).toEqual([])
      await registry.expect(ref, NOON + HOUR)
      expect(await entriesOf(ref.dataset)).toEqual([[ref.partition, NOON + HOUR]])
    })

    test('partitions are listed in order, within a range that holds both its ends', async () => {
      const { registry } = backend.catalog
      const { dataset } = aRef()
      const days = ['2024-03-04', '2024-03-01', '2024-03-03', '2024-03-02']
      for (const partition of days) await registry.expect({ dataset, partition }, NOON)
      const listed = async (range?: { from: string; to: string }) =>
        (await collect(registry.list(dataset, range))).map(({ partition }) => partition)
      expect(await listed()).toEqual(days.toSorted())
      expect(await listed({ from: '2024-03-02', to: '2024-03-03' })).toEqual(['2024-03-02', '2024-03-03'])
      expect(await listed({ from: '2025', to: '2026' })).toEqual([])
    })
  })

  describe('register of hot objects', () => {
    const progress = {
      state: 'under-way',
      chunks: 2,
      rows: 11,
      records: 10,
      quarantined: 1,
      keptInHot: 0,
    } as const

    test('progress is of one version of one object, whatever its key', async () => {
      const { register } = backend
      const object = { key: 'orders/\u0000 "é".ndjson', version: 'v-1', etag: 'e', bytes: 1 }
      expect(await register.find(object)).toBeUndefined()
      await register.put(object, progress, NOON)
      await register.put(object, { ...progress, state: 'archived' }, NOON)
      expect(await register.find(object)).toEqual({ ...progress, state: 'archived' })
      expect(await register.find({ ...object, version: 'v-2' })).toBeUndefined()
    })
  })
})
