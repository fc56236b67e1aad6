import { randomUUID } from 'node:crypto'
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { type DynamoTable, wroteIf } from './dynamo.ts'

type Keyed = { readonly pk: string; readonly sk: string }

/**
 * Puts an item if it is not there (`expected` undefined) or still bears that stamp. The answer to a write may be lost and
 * the SDK then tries again, so a refusal is checked: an item that bears this very write's mark is its own.
 */
export const conditionalPut = async (
  { documents, table }: DynamoTable,
  item: Keyed,
  expected: string | undefined,
): Promise<boolean> => {
  const write = randomUUID()
  const condition =
    expected === undefined
      ? { ConditionExpression: 'attribute_not_exists(pk)' }
      : { ConditionExpression: 'stamp = :expected', ExpressionAttributeValues: { ':expected': expected } }
  const put = new PutCommand({ TableName: table, Item: { ...item, write }, ...condition })
  if (await wroteIf(documents.send(put))) return true
  const Key = { pk: item.pk, sk: item.sk }
  const stored = await documents.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }))
  return stored.Item?.write === write
}
