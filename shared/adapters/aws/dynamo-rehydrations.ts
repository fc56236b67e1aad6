import { GetCommand, QueryCommand, type QueryCommandOutput, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import * as z from 'zod'
import type { Rehydration } from '../../domain/rehydration.ts'
import type {
  RehydrationCheck,
  RehydrationChecks,
  RehydrationIndex,
  RehydrationPosition,
  Rehydrations,
  RequestedWithin,
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

/** Later than any time, and still exact. */
const LATEST = Number.MAX_SAFE_INTEGER

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

export const makeDynamoRehydrationChecks = ({ documents, table }: DynamoTable): RehydrationChecks => ({
  expect: async (id, dueAt) => {
    const update = new UpdateCommand({
      TableName: table,
      Key: { pk: rehydrationPk(id), sk: CHECK },
      UpdateExpression: 'SET id = :id, duePool = :pool, dueAt = :at',
      // one that has ended keeps its last time, and is in no pool
      ConditionExpression: 'attribute_not_exists(duePool) OR dueAt > :at',
      ExpressionAttributeValues: { ':id': id, ':pool': CHECK_POOL, ':at': dueAt },
    })
    await wroteIf(documents.send(update))
  },
})

const checkSchema = z.object({ id: z.string(), dueAt: z.int() })

export const makeDynamoRehydrationIndex = ({ documents, table }: DynamoTable): RehydrationIndex => {
  const startAfter = ({ id, acceptedAt }: RehydrationPosition) => ({
    pk: rehydrationPk(id),
    sk: REHYDRATION,
    duePool: ALL_POOL,
    dueAt: acceptedAt,
  })

  const newest = async (limit: number, after?: RehydrationPosition, within?: RequestedWithin) => {
    const from = within?.from ?? 0
    const last = (within?.to ?? LATEST) - 1
    // a key outside of what is asked for is refused
    if (after !== undefined && after.acceptedAt < from) return []
    const query = {
      TableName: table,
      IndexName: DUE_INDEX,
      KeyConditionExpression: 'duePool = :pool AND dueAt BETWEEN :from AND :last',
      ExpressionAttributeValues: {
        ':pool': ALL_POOL,
        ':from': from,
        ':last': last,
      },
      ScanIndexForward: false,
    }
    const found: Rehydration[] = []
    const isWithin = after !== undefined && after.acceptedAt <= last
    let start: Record<string, unknown> | undefined = isWithin ? startAfter(after) : undefined
    do {
      // a page ends at 1 MB, which large selections fill soon
      const page: QueryCommandOutput = await documents.send(
        new QueryCommand({
          ...query,
          Limit: limit - found.length,
          ...(start && { ExclusiveStartKey: start }),
        }),
      )
      found.push(...(page.Items ?? []).map(rehydrationFromItem))
      start = page.LastEvaluatedKey
    } while (start !== undefined && found.length < limit)
    return found
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
