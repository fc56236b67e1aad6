import { GetCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import * as z from 'zod'
import type {
  RehydrationCheck,
  RehydrationIndex,
  RehydrationPosition,
  Rehydrations,
} from '../../ports/rehydrations.ts'
import { conditionalPut } from './conditional-put.ts'
import { type DynamoTable, wroteIf } from './dynamo.ts'
import {
  ALL_POOL,
  CHECK,
  CHECK_POOL,
  REHYDRATION,
  rehydrationFromItem,
  rehydrationPk,
  rehydrationStamp,
  rehydrationToItem,
} from './rehydration-items.ts'

const DUE_INDEX = 'due'

export const makeDynamoRehydrations = (dynamo: DynamoTable): Rehydrations => ({
  create: async (rehydration, checkAt) => {
    const { id } = rehydration
    // the check goes first: one without a rehydration ends itself, a rehydration without one might never end
    const check = { pk: rehydrationPk(id), sk: CHECK, id, duePool: CHECK_POOL, dueAt: checkAt }
    await conditionalPut(dynamo, check, undefined)
    return (await conditionalPut(dynamo, rehydrationToItem(rehydration), undefined)) ? 'created' : 'exists'
  },
  find: async (id) => {
    const Key = { pk: rehydrationPk(id), sk: REHYDRATION }
    const get = new GetCommand({ TableName: dynamo.table, Key, ConsistentRead: true })
    const { Item } = await dynamo.documents.send(get)
    return Item === undefined ? undefined : rehydrationFromItem(Item)
  },
  put: async (rehydration, expected) =>
    (await conditionalPut(dynamo, rehydrationToItem(rehydration), rehydrationStamp(expected)))
      ? 'put'
      : 'stale',
})

const checkSchema = z.object({ id: z.string(), dueAt: z.int() })

export const makeDynamoRehydrationIndex = ({ documents, table }: DynamoTable): RehydrationIndex => {
  const startAfter = ({ id, acceptedAt }: RehydrationPosition) => ({
    pk: rehydrationPk(id),
    sk: REHYDRATION,
    duePool: ALL_POOL,
    dueAt: acceptedAt,
  })

  const newest = async (limit: number, after?: RehydrationPosition) => {
    const query = new QueryCommand({
      TableName: table,
      IndexName: DUE_INDEX,
      KeyConditionExpression: 'duePool = :pool',
      ExpressionAttributeValues: { ':pool': ALL_POOL },
      ScanIndexForward: false,
      Limit: limit,
      ...(after && { ExclusiveStartKey: startAfter(after) }),
    })
    return ((await documents.send(query)).Items ?? []).map(rehydrationFromItem)
  }

  const due = async (now: number, limit: number) => {
    const query = new QueryCommand({
      TableName: table,
      IndexName: DUE_INDEX,
      KeyConditionExpression: 'duePool = :pool AND dueAt <= :now',
      ExpressionAttributeValues: { ':pool': CHECK_POOL, ':now': now },
      Limit: limit,
    })
    const { Items = [] } = await documents.send(query)
    return Items.map((item): RehydrationCheck => checkSchema.parse(item))
  }

  const settle = async ({ id, dueAt }: RehydrationCheck, nextDue: number | null) => {
    const update = new UpdateCommand({
      TableName: table,
      Key: { pk: rehydrationPk(id), sk: CHECK },
      // out of the pool it is out of the index, and nothing has to be deleted
      UpdateExpression: nextDue === null ? 'REMOVE duePool' : 'SET dueAt = :next',
      ConditionExpression: 'dueAt = :expected',
      ExpressionAttributeValues: { ':expected': dueAt, ...(nextDue !== null && { ':next': nextDue }) },
    })
    return (await wroteIf(documents.send(update))) ? 'settled' : 'stale'
  }

  return { newest, due, settle }
}
