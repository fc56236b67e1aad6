import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import type { Holdings, Waiters } from '../../ports/catalog.ts'
import { holdingStamp, holdingToItem, partitionPk, WAITER, waiterToItem } from './catalog-items.ts'
import { type DynamoTable, wroteIf } from './dynamo.ts'

export const makeDynamoHoldings = ({ documents, table }: DynamoTable): Holdings => ({
  put: async (ref, holding, expected) => {
    const condition =
      expected === undefined
        ? { ConditionExpression: 'attribute_not_exists(pk)' }
        : {
            ConditionExpression: 'stamp = :expected',
            ExpressionAttributeValues: { ':expected': holdingStamp(expected) },
          }
    const put = new PutCommand({ TableName: table, Item: holdingToItem(ref, holding), ...condition })
    return (await wroteIf(documents.send(put))) ? 'put' : 'stale'
  },
})

export const makeDynamoWaiters = ({ documents, table }: DynamoTable): Waiters => ({
  put: async (ref, waiter) => {
    await documents.send(new PutCommand({ TableName: table, Item: waiterToItem(ref, waiter) }))
  },
  remove: async (ref, rehydrationId) => {
    const key = { pk: partitionPk(ref), sk: `${WAITER}${rehydrationId}` }
    await documents.send(new DeleteCommand({ TableName: table, Key: key }))
  },
})
