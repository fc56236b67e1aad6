import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import * as z from 'zod'
import { DAY } from '../../domain/duration.ts'
import type { Clock } from '../../ports/clock.ts'
import type { FailureNotes } from '../../ports/dead-letters.ts'
import type { DynamoTable } from './dynamo.ts'

/** Longer than a message lives, in its queue and then among the dead letters. */
const KEPT_FOR = 30 * DAY
/** A function whose work has just failed must not wait long for its note (ms). */
const PATIENCE = 2000

const noteSchema = z.object({ reason: z.string(), detail: z.string() })

const noteKey = (messageId: string) => ({ pk: `F#${messageId}`, sk: 'note' })

/** Notes in the catalog's table, which forgets them by itself: `forgetNoteAt` is its time-to-live attribute. */
export const makeDynamoFailureNotes = ({
  documents,
  table,
  now,
}: DynamoTable & { readonly now: Clock }): FailureNotes => ({
  note: async (messageId, note) => {
    const forgetNoteAt = Math.ceil((now() + KEPT_FOR) / 1000)
    const put = new PutCommand({ TableName: table, Item: { ...noteKey(messageId), ...note, forgetNoteAt } })
    await documents.send(put, { abortSignal: AbortSignal.timeout(PATIENCE) })
  },
  find: async (messageId) => {
    const get = new GetCommand({ TableName: table, Key: noteKey(messageId), ConsistentRead: true })
    const { Item } = await documents.send(get)
    return Item === undefined ? undefined : noteSchema.parse(Item)
  },
})
