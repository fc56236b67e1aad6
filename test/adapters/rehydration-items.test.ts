import { expect, test } from 'vitest'
import { rehydrationFromItem, rehydrationToItem } from '../../shared/adapters/aws/rehydration-items.ts'
import { taskFromItem, taskStamp, taskToItem } from '../../shared/adapters/aws/task-items.ts'
import { NO_TERMS } from '../../shared/domain/rehydration-terms.ts'
import { NOON } from '../support/builders.ts'
import { aRequest } from '../support/rehydration-world.ts'
import { aRange } from '../support/selections.ts'

test('a rehydration of the version before, which knows no filter and no limit, wants every record', () => {
  const request = aRequest({ selection: aRange(1, 2) })
  const item = rehydrationToItem({
    id: 'an id',
    request,
    caller: 'tester',
    acceptedAt: NOON,
    state: { name: 'accepted' },
    terms: NO_TERMS,
  })
  const { where: _, limit: __, ...selection } = item.request.selection
  expect(rehydrationFromItem({ ...item, request: { ...item.request, selection } }).request).toEqual(request)
})

test('a task of which nothing was paid is stored short, and read as it was', () => {
  const allowance = { dollars: 2, spent: 0, since: null, paid: '' }
  const task = {
    partition: '2024-03-10',
    thawedAsStandard: [],
    state: { name: 'planned' },
    allowance,
  } as const
  const item = taskToItem('an id', task)
  expect(item.allowance).toEqual({ dollars: 2 })
  expect(taskFromItem(item)).toEqual(task)
  expect(taskStamp(taskFromItem(item))).toBe(item.stamp)
})
