import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import * as z from 'zod'
import type { CanaryRegister } from '../../ports/canary.ts'
import type { DynamoTable } from './dynamo.ts'

const stateSchema = z.object({
  last: z.int(),
  open: z.array(z.object({ hour: z.int(), sentAt: z.int(), rehydrationId: z.string().nullable() })),
})

const Key = { pk: 'C', sk: 'canary' }

export const makeDynamoCanary = ({ documents, table }: DynamoTable): CanaryRegister => ({
  read: async () => {
    const { Item } = await documents.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }))
    return Item === undefined ? undefined : stateSchema.parse(Item)
  },
  write: async (state) => {
    await documents.send(new PutCommand({ TableName: table, Item: { ...Key, ...state } }))
  },
})
