import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import * as z from 'zod'
import { DAY } from '../../domain/duration.ts'
import { COMPRESSIONS, FORMATS } from '../../domain/rehydration.ts'
import { RETRIEVAL_TIERS } from '../../domain/storage-class.ts'
import type { Quotes } from '../../ports/quotes.ts'
import type { DynamoTable } from './dynamo.ts'

/** An expired quote can still be told from one that never was. */
const KEPT_FOR = 7 * DAY

const dollars = z.object({ Bulk: z.number(), Standard: z.number(), Expedited: z.number() })

const quoteSchema = z.object({
  id: z.string(),
  of: z.object({
    dataset: z.string(),
    selection: z.string(),
    destination: z.string().nullable(),
    format: z.enum(FORMATS),
    compression: z.enum(COMPRESSIONS),
    columns: z.array(z.string()).nullable(),
    keepDays: z.int().nullable(),
  }),
  expiresAt: z.int(),
  fixed: z.number(),
  thaws: z.object({ GLACIER: dollars, DEEP_ARCHIVE: dollars }),
  bytes: z.int(),
  // missing in items of before they were kept
  readyBy: z.partialRecord(z.enum(RETRIEVAL_TIERS), z.object({ p50: z.int(), p95: z.int() })).default({}),
})

const quoteKey = (id: string) => ({ pk: `Q#${id}`, sk: 'quote' })

/** Quotes in the catalog's table, which forgets them by itself: `forgetNoteAt` is its time-to-live attribute. */
export const makeDynamoQuotes = ({ documents, table }: DynamoTable): Quotes => ({
  create: async (quote) => {
    const forgetNoteAt = Math.ceil((quote.expiresAt + KEPT_FOR) / 1000)
    const Item = { ...quoteKey(quote.id), ...quote, forgetNoteAt }
    await documents.send(new PutCommand({ TableName: table, Item }))
  },
  find: async (id) => {
    const get = new GetCommand({ TableName: table, Key: quoteKey(id), ConsistentRead: true })
    const { Item } = await documents.send(get)
    return Item === undefined ? undefined : quoteSchema.parse(Item)
  },
})
