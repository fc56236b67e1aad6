import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import * as z from 'zod'
import { plannedTask } from '../../domain/rehydration-task.ts'
import type { RehydrationTasks, TaskList } from '../../ports/rehydrations.ts'
import { conditionalPut } from './conditional-put.ts'
import { type DynamoTable, queryAll } from './dynamo.ts'
import { rehydrationPk } from './rehydration-items.ts'
import { OPEN, TASK, taskFromItem, taskStamp, taskToItem } from './task-items.ts'

const WRITES_AT_ONCE = 16

export const makeDynamoRehydrationTasks = (dynamo: DynamoTable): RehydrationTasks => {
  const { documents, table } = dynamo

  const addOne = async (id: string, partition: string, allowed: number | undefined) => {
    const Item = { pk: rehydrationPk(id), sk: `${OPEN}${partition}`, partition }
    // open first: a task that is not open would never be worked on
    await documents.send(new PutCommand({ TableName: table, Item }))
    await conditionalPut(dynamo, taskToItem(id, plannedTask(partition, allowed)), undefined)
  }

  return {
    add: async (id, partitions, allowed) => {
      for (let start = 0; start < partitions.length; start += WRITES_AT_ONCE)
        await Promise.all(
          partitions
            .slice(start, start + WRITES_AT_ONCE)
            .map((partition) => addOne(id, partition, allowed?.get(partition))),
        )
    },
    find: async (id, partition) => {
      const Key = { pk: rehydrationPk(id), sk: `${TASK}${partition}` }
      const { Item } = await documents.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }))
      return Item === undefined ? undefined : taskFromItem(Item)
    },
    put: async (id, task, expected) =>
      (await conditionalPut(dynamo, taskToItem(id, task), taskStamp(expected))) ? 'put' : 'stale',
  }
}

const openSchema = z.object({ partition: z.string() })

export const makeDynamoTaskList = (dynamo: DynamoTable): TaskList => {
  const { documents, table } = dynamo

  const beginningWith = (id: string, prefix: string) => ({
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: { ':pk': rehydrationPk(id), ':prefix': prefix },
    ConsistentRead: true,
  })

  /** A space comes before every character of a partition's name, so that the first of these is not the one named. */
  const behind = (id: string, first: string, last: string) => ({
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
    ExpressionAttributeValues: { ':pk': rehydrationPk(id), ':first': `${first} `, ':last': last },
    ConsistentRead: true,
  })

  return {
    async *all(id, after) {
      const query = after === undefined ? beginningWith(id, TASK) : behind(id, `${TASK}${after}`, `${TASK}~`)
      for await (const item of queryAll(dynamo, query)) yield taskFromItem(item)
    },
    open: async (id, limit) => {
      const partitions: string[] = []
      for await (const item of queryAll(dynamo, { ...beginningWith(id, OPEN), Limit: limit })) {
        partitions.push(openSchema.parse(item).partition)
        if (partitions.length === limit) break
      }
      return partitions
    },
    close: async (id, partition) => {
      const Key = { pk: rehydrationPk(id), sk: `${OPEN}${partition}` }
      await documents.send(new DeleteCommand({ TableName: table, Key }))
    },
  }
}
