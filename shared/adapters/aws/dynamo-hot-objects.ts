import { createHash } from 'node:crypto'
import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import * as z from 'zod'
import type { HotObject, HotObjectRegister, SetAsideRegister } from '../../ports/hot-store.ts'
import { type DynamoTable, wroteIf } from './dynamo.ts'

const progressSchema = z.object({
  state: z.enum(['under-way', 'archived']),
  chunks: z.int(),
  rows: z.int(),
  records: z.int(),
  quarantined: z.int(),
  keptInHot: z.int(),
  attempt: z.int().exactOptional(),
})

/** Keys may hold anything, so the item's key is a hash of them. */
const itemKey = ({ key, version }: HotObject) => ({
  pk: `O#${createHash('sha256')
    .update(JSON.stringify([key, version]))
    .digest('hex')}`,
  sk: 'register',
})

export const makeDynamoHotObjects = ({ documents, table }: DynamoTable): HotObjectRegister => ({
  find: async (object) => {
    const get = new GetCommand({ TableName: table, Key: itemKey(object), ConsistentRead: true })
    const { Item } = await documents.send(get)
    return Item === undefined ? undefined : progressSchema.parse(Item)
  },
  put: async (object, progress, at) => {
    const Item = { ...itemKey(object), key: object.key, version: object.version, ...progress, at }
    const put = new PutCommand({
      TableName: table,
      Item,
      ConditionExpression: 'attribute_not_exists(attempt) OR attempt <= :attempt',
      ExpressionAttributeValues: { ':attempt': progress.attempt ?? 0 },
    })
    return (await wroteIf(documents.send(put))) ? 'put' : 'begun-anew'
  },
})

const asideSchema = z.object({
  etag: z.string(),
  reason: z.string(),
  detail: z.string(),
  at: z.int(),
  until: z.int().nullable(),
})

const asideKey = (key: string) => ({
  pk: `A#${createHash('sha256').update(key).digest('hex')}`,
  sk: 'set-aside',
})

export const makeDynamoSetAside = ({ documents, table }: DynamoTable): SetAsideRegister => ({
  setAside: async (key, mark) => {
    await documents.send(new PutCommand({ TableName: table, Item: { ...asideKey(key), key, ...mark } }))
  },
  findSetAside: async (key) => {
    const get = new GetCommand({ TableName: table, Key: asideKey(key), ConsistentRead: true })
    const { Item } = await documents.send(get)
    return Item === undefined ? undefined : asideSchema.parse(Item)
  },
  clearSetAside: async (key) => {
    await documents.send(new DeleteCommand({ TableName: table, Key: asideKey(key) }))
  },
})
