import { QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import * as z from 'zod'
import type { PartitionRef } from '../../domain/segment.ts'
import type { PartitionEntry, PartitionRegistry } from '../../ports/catalog.ts'
import type { Clock } from '../../ports/clock.ts'
import { type DynamoTable, queryAll, wroteIf } from './dynamo.ts'

const DUE_INDEX = 'due'
const MAX_REMEMBERED = 10_000
/** Clocks of two functions may differ by this much, so a due time is trusted only that long before it comes. */
const CLOCK_MARGIN = 20 * 60_000

const registryPk = (dataset: string) => `P#${dataset}`
const duePool = (dataset: string) => `due#${dataset}`

const entrySchema = z
  .object({ pk: z.string().startsWith('P#'), sk: z.string(), dueAt: z.int() })
  .transform(({ pk, sk, dueAt }): PartitionEntry => ({ dataset: pk.slice(2), partition: sk, dueAt }))

/** The partitions in DynamoDB, and an index of them by due time. */
export const makeDynamoRegistry = (dynamo: DynamoTable & { now: Clock }): PartitionRegistry => {
  const { documents, table, now } = dynamo
  const key = ({ dataset, partition }: PartitionRef) => ({ pk: registryPk(dataset), sk: partition })
  // what this warm function knows to be due soon, so that not every batch has to say so again
  const remembered = new Map<string, number>()

  const expect = async (ref: PartitionRef, dueAt: number) => {
    const name = `${ref.dataset}#${ref.partition}`
    const known = remembered.get(name)
    if (known !== undefined && known <= dueAt && now() < known - CLOCK_MARGIN) return
    const update = new UpdateCommand({
      TableName: table,
      Key: key(ref),
      UpdateExpression: 'SET duePool = :pool, dueAt = :due',
      ConditionExpression: 'attribute_not_exists(dueAt) OR dueAt > :due',
      ExpressionAttributeValues: { ':pool': duePool(ref.dataset), ':due': dueAt },
    })
    // refused: it is due earlier than asked for, at a time unknown here, so it is not remembered
    if (!(await wroteIf(documents.send(update)))) return
    if (remembered.size >= MAX_REMEMBERED) remembered.clear()
    remembered.set(name, dueAt)
  }

  async function* list(dataset: string, range?: { from: string; to: string }): AsyncIterable<PartitionEntry> {
    const query = {
      KeyConditionExpression: range ? 'pk = :pk AND sk BETWEEN :from AND :to' : 'pk = :pk',
      ExpressionAttributeValues: {
        ':pk': registryPk(dataset),
        ...(range && { ':from': range.from, ':to': range.to }),
      },
      ConsistentRead: true,
    }
    for await (const item of queryAll(dynamo, query)) yield entrySchema.parse(item)
  }

  const due = async (dataset: string, until: number, limit: number) => {
    const query = new QueryCommand({
      TableName: table,
      IndexName: DUE_INDEX,
      KeyConditionExpression: 'duePool = :pool AND dueAt <= :until',
      ExpressionAttributeValues: { ':pool': duePool(dataset), ':until': until },
      Limit: limit,
    })
    const page = await documents.send(query)
    return (page.Items ?? []).map((item) => entrySchema.parse(item))
  }

  const settle = async (entry: PartitionEntry, nextDue: number) => {
    const update = new UpdateCommand({
      TableName: table,
      Key: key(entry),
      UpdateExpression: 'SET dueAt = :next',
      ConditionExpression: 'dueAt = :expected',
      ExpressionAttributeValues: { ':next': nextDue, ':expected': entry.dueAt },
    })
    return (await wroteIf(documents.send(update))) ? 'settled' : 'stale'
  }

  return { expect, list, due, settle }
}
