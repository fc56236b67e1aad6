import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { describe, expect, test } from 'vitest'
import {
  makeDynamoRehydrationTasks,
  makeDynamoTaskList,
} from '../../shared/adapters/aws/dynamo-rehydration-tasks.ts'
import {
  makeDynamoRehydrationChecks,
  makeDynamoRehydrationIndex,
  makeDynamoRehydrations,
} from '../../shared/adapters/aws/dynamo-rehydrations.ts'
import { rehydrationFromItem, rehydrationToItem } from '../../shared/adapters/aws/rehydration-items.ts'
import {
  type MemoryRehydrations,
  makeMemoryRehydrations,
} from '../../shared/adapters/memory/memory-rehydrations.ts'
import type { Filter } from '../../shared/domain/filter.ts'
import type { Rehydration } from '../../shared/domain/rehydration.ts'
import { advanceTask, type RehydrationTask } from '../../shared/domain/rehydration-task.ts'
import { NO_TERMS } from '../../shared/domain/rehydration-terms.ts'
import { tiersOf } from '../../shared/domain/storage-class.ts'
import { makeUlid } from '../../shared/domain/ulid.ts'
import type { RehydrationPosition } from '../../shared/ports/rehydrations.ts'
import { aCatalogTable } from '../support/a-catalog-table.ts'
import { NOON } from '../support/builders.ts'
import { aRequest } from '../support/rehydration-world.ts'
import { aRange, someIds } from '../support/selections.ts'

const makeDynamo = async (): Promise<MemoryRehydrations> => {
  const table = await aCatalogTable()
  return {
    rehydrations: makeDynamoRehydrations(table),
    tasks: makeDynamoRehydrationTasks(table),
    taskList: makeDynamoTaskList(table),
    index: makeDynamoRehydrationIndex(table),
    checks: makeDynamoRehydrationChecks(table),
  }
}

const idAt = (at: number) => makeUlid(at, (bytes) => new Uint8Array(bytes))

const aRehydration = (acceptedAt = NOON, parts: Partial<Rehydration> = {}): Rehydration => ({
  id: idAt(acceptedAt),
  request: aRequest({
    selection: someIds([
      { id: '../\u0000‮', time: null },
      { id: '__proto__', time: -1 },
    ]),
  }),
  caller: 'tester',
  acceptedAt,
  state: { name: 'accepted' },
  terms: NO_TERMS,
  ...parts,
})

const completed: Rehydration['state'] = {
  name: 'completed',
  plannedAt: 1,
  readableAt: 2,
  completedAt: 3,
  summary: {
    files: 1,
    bytes: 2,
    records: { count: 1, upper: 2n ** 80n, lower: 7n },
    completeness: { segments: 1, read: 1, cold: 0, unreadable: 0, missing: 0 },
    notFound: null,
    manifest: 'm',
  },
}

const done = (task: RehydrationTask): RehydrationTask => {
  const claimed = advanceTask(task, { name: 'claimed', at: NOON, attempt: 'a' })
  const result = {
    file: { key: 'k', bytes: 1, sha256: 's' },
    records: { count: 1, upper: 2n ** 70n, lower: 1n },
    completeness: { segments: 1, read: 1, cold: 0, unreadable: 0, missing: 0 },
    found: [0, 1],
    coldest: 'GLACIER' as const,
  }
  const next = claimed && advanceTask(claimed, { name: 'delivered', at: NOON, attempt: 'a', result })
  if (next === undefined) throw new Error('not done')
  return next
}

describe.each([
  ['memory', async () => makeMemoryRehydrations()],
  ['DynamoDB', makeDynamo],
] as const)('rehydrations in %s', (_, make) => {
  test('come back as they were given, ids and digests included', async () => {
    const { rehydrations } = await make()
    const rehydration = aRehydration(NOON, { state: completed })
    expect(await rehydrations.find(rehydration.id)).toBeUndefined()
    expect(await rehydrations.create(rehydration, NOON)).toBe('created')
    expect(await rehydrations.find(rehydration.id)).toEqual(rehydration)
  })

  test('come back with what was promised and allowed, and change from what was seen', async () => {
    const { rehydrations } = await make()
    const promised = { p50: NOON + 1, p95: NOON + 2, raising: 0.01, mayExpedite: true }
    const terms = { ...NO_TERMS, price: { dollars: 0.1, bytes: 3 }, promised }
    const first = aRehydration(NOON, { terms })
    await rehydrations.create(first, NOON)
    expect(await rehydrations.find(first.id)).toEqual(first)
    const raising = { at: NOON, dollars: 0.02, reservedOn: '2024-03-10' }
    const raised = { ...first, terms: { ...terms, raising } }
    expect(await rehydrations.put(raised, aRehydration(NOON))).toBe('stale')
    expect(await rehydrations.put(raised, first)).toBe('put')
    expect(await rehydrations.find(first.id)).toEqual(raised)
    const more = { ...raised, terms: { ...raised.terms, raising: { ...raising, dollars: 0.03 } } }
    expect(await rehydrations.put(more, first)).toBe('stale')
  })

  test('have tasks that name thaws which are to be made faster', async () => {
    const { tasks } = await make()
    const id = idAt(NOON)
    await tasks.add(id, ['2024-03-10'])
    const planned = await tasks.find(id, '2024-03-10')
    if (planned === undefined) throw new Error('expected a task')
    const waits = { name: 'waits', at: 1, segments: 1, readyBy: 2, thawedAsStandard: [] } as const
    const waiting = advanceTask(planned, waits)
    const raises = [{ segmentId: 's', to: 'Standard', dollars: 0.5 }] as const
    const raised = waiting && advanceTask(waiting, { name: 'raises', raises })
    if (waiting === undefined || raised === undefined) throw new Error('expected it to wait')
    expect(await tasks.put(id, waiting, planned)).toBe('put')
    expect(await tasks.put(id, raised, planned)).toBe('stale')
    expect(await tasks.put(id, raised, waiting)).toBe('put')
    expect(await tasks.find(id, '2024-03-10')).toEqual(raised)
    expect(await tasks.put(id, waiting, waiting)).toBe('stale')
  })

  test('come back with the filter and the limit of what they select', async () => {
    const { rehydrations } = await make()
    const where: Filter = {
      and: [
        {
          or: [
            { field: '__proto__', eq: 1.5e300 },
            { field: '/a~1b', in: ['9007199254740993', true] },
          ],
        },
        { not: { field: 'id', prefix: '' } },
        { field: 'time', gte: '2024-03-10' },
        { field: 'time', gt: NOON },
        { field: 'n', lte: -0.1 },
        { field: 'n', lt: 5 },
        { field: 'constructor', exists: false },
      ],
    }
    const rehydration = aRehydration(NOON, {
      request: aRequest({ selection: aRange(1, 2, { where, limit: 7 }) }),
    })
    await rehydrations.create(rehydration, NOON)
    expect(await rehydrations.find(rehydration.id)).toEqual(rehydration)
  })

  test('are created once', async () => {
    const { rehydrations } = await make()
    const rehydration = aRehydration()
    await rehydrations.create(rehydration, NOON)
    expect(await rehydrations.create({ ...rehydration, caller: 'other' }, NOON)).toBe('exists')
    expect(await rehydrations.find(rehydration.id)).toEqual(rehydration)
  })

  test('change from the state that was seen, and only from that', async () => {
    const { rehydrations } = await make()
    const accepted = aRehydration()
    await rehydrations.create(accepted, NOON)
    const thawing: Rehydration = { ...accepted, state: { name: 'thawing', plannedAt: 1 } }
    const failed: Rehydration = { ...accepted, state: { name: 'failed', failedAt: 1, reason: 'why' } }
    expect(await rehydrations.put(thawing, accepted)).toBe('put')
    expect(await rehydrations.put(failed, accepted)).toBe('stale')
    expect(await rehydrations.find(accepted.id)).toEqual(thawing)
    expect(await rehydrations.put(failed, thawing)).toBe('put')
  })

  test('change in their terms as in their state', async () => {
    const { rehydrations } = await make()
    const plain = aRehydration()
    await rehydrations.create(plain, NOON)
    const terms = {
      price: { dollars: 0.1 + 0.2, bytes: 7 },
      reservedOn: '2024-03-10',
      approval: { by: 'arn:aws:iam::1:role/boss', at: 5 },
      extension: { keepDays: 9, at: 6, until: 7, dollars: 1e-7, reservedOn: null },
      keptUntil: 8,
    }
    const changed = { ...plain, terms }
    expect(await rehydrations.put(changed, plain)).toBe('put')
    expect(await rehydrations.put({ ...plain, terms: { ...terms, keptUntil: 9 } }, plain)).toBe('stale')
    expect(await rehydrations.find(plain.id)).toEqual(changed)
    const again = { ...changed, terms: { ...terms, extension: { ...terms.extension, before: 3e-7 } } }
    expect(await rehydrations.put(again, changed)).toBe('put')
    expect(await rehydrations.find(plain.id)).toEqual(again)
    expect(await rehydrations.put(plain, again)).toBe('put')
    expect(await rehydrations.find(plain.id)).toEqual(plain)
  })

  test('are listed newest first, page by page', async () => {
    const { rehydrations, index } = await make()
    const all = [0, 1, 2, 3, 4].map((at) => aRehydration(NOON + at))
    for (const rehydration of all) await rehydrations.create(rehydration, NOON)
    const first = await index.newest(2)
    expect(first.map(({ acceptedAt }) => acceptedAt - NOON)).toEqual([4, 3])
    const next = await index.newest(9, first.at(-1))
    expect(next.map(({ acceptedAt }) => acceptedAt - NOON)).toEqual([2, 1, 0])
    expect(next.at(-1)).toEqual(all[0])
  })

  test('are listed within a time, its start and not its end', async () => {
    const { rehydrations, index } = await make()
    const all = [0, 1, 2, 3, 4].map((at) => aRehydration(NOON + at))
    for (const rehydration of all) await rehydrations.create(rehydration, NOON)
    const times = async (from: number | null, to: number | null, after?: RehydrationPosition) =>
      (await index.newest(9, after, { from, to })).map(({ acceptedAt }) => acceptedAt - NOON)
    expect(await times(NOON + 1, NOON + 4)).toEqual([3, 2, 1])
    expect(await times(NOON + 3, null)).toEqual([4, 3])
    expect(await times(null, NOON + 1)).toEqual([0])
    expect(await times(NOON + 1, NOON + 4, { acceptedAt: NOON + 3, id: idAt(NOON + 3) })).toEqual([2, 1])
    expect(await times(NOON + 1, NOON + 3, { acceptedAt: NOON + 4, id: idAt(NOON + 4) })).toEqual([2, 1])
    expect(await times(NOON + 1, NOON + 3, { acceptedAt: NOON, id: idAt(NOON) })).toEqual([])
  })

  test('are listed to the limit, however large they are', async () => {
    const { rehydrations, index } = await make()
    // more than a megabyte in all, which is what a page of a query holds
    const ids = Array.from({ length: 64 }, (_, at) => ({ id: `${at}`.padEnd(1000, 'x'), time: null }))
    for (let at = 0; at < 20; at += 1) {
      const request = aRequest({ selection: someIds(ids) })
      await rehydrations.create(aRehydration(NOON + at, { request }), NOON)
    }
    expect(await index.newest(19)).toHaveLength(19)
    expect(await index.newest(30)).toHaveLength(20)
  })

  test('are checked on when it is time, until the checks end', async () => {
    const { rehydrations, index } = await make()
    const [soon, late] = [aRehydration(NOON), aRehydration(NOON + 1)]
    await rehydrations.create(late, NOON + 50)
    await rehydrations.create(soon, NOON + 10)
    expect(await index.due(NOON, 9)).toEqual([])
    expect((await index.due(NOON + 60, 9)).map(({ id }) => id)).toEqual([soon.id, late.id])
    const [check] = await index.due(NOON + 60, 1)
    if (check === undefined) throw new Error('nothing is due')
    expect(await index.settle(check, NOON + 70)).toBe('settled')
    expect(await index.settle(check, NOON + 80)).toBe('stale')
    const again = { id: soon.id, dueAt: NOON + 70 }
    expect(await index.due(NOON + 70, 9)).toContainEqual(again)
    expect(await index.settle(again, null)).toBe('settled')
    expect((await index.due(NOON + 90, 9)).map(({ id }) => id)).toEqual([late.id])
    expect(await index.newest(9)).toHaveLength(2)
  })

  test('are checked on again when somebody expects it, and no later', async () => {
    const { rehydrations, index, checks } = await make()
    const rehydration = aRehydration()
    const { id } = rehydration
    await rehydrations.create(rehydration, NOON)
    const next = async () => (await index.due(NOON + 1000, 9)).map(({ dueAt }) => dueAt - NOON)
    await index.settle({ id, dueAt: NOON }, null)
    expect(await next()).toEqual([])
    await checks.expect(id, NOON + 20)
    expect(await next()).toEqual([20])
    await checks.expect(id, NOON + 30)
    expect(await next()).toEqual([20])
    await checks.expect(id, NOON + 10)
    expect(await index.due(NOON + 1000, 9)).toEqual([{ id, dueAt: NOON + 10 }])
    expect(await index.settle({ id, dueAt: NOON + 10 }, null)).toBe('settled')
  })

  test('have tasks that are added once and stay as they are', async () => {
    const { tasks, taskList } = await make()
    const id = idAt(NOON)
    const partitions = Array.from({ length: 40 }, (_, at) => `2024-03-${String(at + 10)}`)
    await tasks.add(id, partitions)
    const planned = await tasks.find(id, '2024-03-10')
    if (planned === undefined) throw new Error('not added')
    expect(planned).toEqual({ partition: '2024-03-10', thawedAsStandard: [], state: { name: 'planned' } })
    expect(await tasks.put(id, done(planned), planned)).toBe('put')
    expect(await tasks.put(id, planned, planned)).toBe('stale')
    await tasks.add(id, partitions)
    expect(await tasks.find(id, '2024-03-10')).toEqual(done(planned))
    const all = []
    for await (const { partition } of taskList.all(id)) all.push(partition)
    expect(all).toEqual(partitions)
    const behind = []
    for await (const { partition } of taskList.all(id, '2024-03-45')) behind.push(partition)
    expect(behind).toEqual(['2024-03-46', '2024-03-47', '2024-03-48', '2024-03-49'])
    expect(await tasks.find(id, '2024-04-01')).toBeUndefined()
  })

  test('have tasks that know what their thaws may cost', async () => {
    const { tasks } = await make()
    const id = idAt(NOON)
    await tasks.add(id, ['2024-03-09', '2024-03-10'], new Map([['2024-03-10', 0.1 + 0.2]]))
    expect(await tasks.find(id, '2024-03-09')).not.toHaveProperty('allowance')
    const planned = await tasks.find(id, '2024-03-10')
    if (planned?.allowance === undefined) throw new Error('not allowed')
    expect(planned.allowance).toEqual({ dollars: 0.1 + 0.2, spent: 0, since: null, paid: '' })
    const paid = {
      ...planned,
      allowance: { ...planned.allowance, spent: 1 / 3e7, since: NOON, paid: 'a,b+' },
    }
    expect(await tasks.put(id, paid, planned)).toBe('put')
    expect(await tasks.find(id, '2024-03-10')).toEqual(paid)
    expect(await tasks.put(id, paid, planned)).toBe('stale')
    expect(await tasks.put(id, done(paid), paid)).toBe('put')
  })

  test('have tasks that keep how far a replay has come', async () => {
    const { tasks } = await make()
    const id = idAt(NOON)
    await tasks.add(id, ['2024-03-10'])
    const planned = await tasks.find(id, '2024-03-10')
    if (planned === undefined) throw new Error('not added')
    const replay = (sent: bigint): RehydrationTask => ({
      ...planned,
      replay: {
        last: { id: '../\u0000', time: -1, keys: ['k'] },
        sent: { count: 1, upper: sent, lower: 1n },
        left: [{ segmentId: 's', reason: 'missing' }],
        notSent: { count: 1, named: [{ id: '\u202e', time: 1, reason: 'too-long' }] },
      },
    })
    expect(await tasks.put(id, replay(2n ** 70n), planned)).toBe('put')
    expect(await tasks.find(id, '2024-03-10')).toEqual(replay(2n ** 70n))
    expect(await tasks.put(id, replay(3n), planned)).toBe('stale')
    expect(await tasks.put(id, replay(3n), replay(2n ** 70n))).toBe('put')
  })

  test('have open tasks until each is closed', async () => {
    const { tasks, taskList } = await make()
    const id = idAt(NOON)
    await tasks.add(id, ['2024-03-10', '2024-03-09', '2024-03-11'])
    await tasks.add(idAt(NOON + 1), ['2024-01-01'])
    expect(await taskList.open(id, 2)).toEqual(['2024-03-09', '2024-03-10'])
    for (const partition of ['2024-03-10', '2024-03-09', '2024-03-09']) await taskList.close(id, partition)
    expect(await taskList.open(id, 9)).toEqual(['2024-03-11'])
    await taskList.close(id, '2024-03-11')
    expect(await taskList.open(id, 9)).toEqual([])
  })
})

describe('a rehydration that an earlier version wrote', () => {
  test('has no compression, columns or terms, and goes on as if it had none of them', async () => {
    const table = await aCatalogTable()
    const rehydrations = makeDynamoRehydrations(table)
    const accepted = aRehydration()
    await rehydrations.create(accepted, NOON)
    await table.documents.send(
      new UpdateCommand({
        TableName: table.table,
        Key: { pk: `R#${accepted.id}`, sk: 'rehydration' },
        UpdateExpression: 'SET stamp = :stamp REMOVE #request.compression, #request.#columns, terms',
        ExpressionAttributeNames: { '#request': 'request', '#columns': 'columns' },
        ExpressionAttributeValues: { ':stamp': '[["name","accepted"]]' },
      }),
    )
    const found = await rehydrations.find(accepted.id)
    expect(found).toEqual(accepted)
    if (found === undefined) throw new Error('not found')
    expect(await rehydrations.put({ ...found, state: { name: 'thawing', plannedAt: 1 } }, found)).toBe('put')
  })
})

test('a rehydration that was stored before tiers were planned is one of its tier', () => {
  const now = aRehydration(NOON, { request: aRequest({ tier: 'Expedited' }) })
  const item = rehydrationToItem(now)
  const { tiers: _, readyBy: __, maxCostUsd: ___, quoteId: ____, ...request } = item.request
  expect(rehydrationFromItem({ ...item, request })).toEqual(now)
  expect(now.request.tiers).toEqual({ GLACIER: 'Expedited', DEEP_ARCHIVE: 'Standard' })
  // what no version has written, and no version may stumble over
  expect(rehydrationFromItem({ ...item, request: { ...request, tier: null } }).request.tiers).toEqual(
    tiersOf('Standard'),
  )
})
