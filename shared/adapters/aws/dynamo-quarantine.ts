import { PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import * as z from 'zod'
import { addDigests, emptyDigest, formatDigest, parseDigest } from '../../domain/digest.ts'
import type {
  QuarantineBooks,
  QuarantinedUnit,
  QuarantinePosition,
  QuarantineRegister,
  QuarantineState,
  QuarantineUnits,
} from '../../ports/quarantine.ts'
import { type DynamoTable, queryAll, wroteIf } from './dynamo.ts'

/** Quarantine in the catalog: an item a unit, all of a dataset under one key, and a list of the datasets. */

const DUE_INDEX = 'due'
const DATASETS = 'Q'
const unitPk = (dataset: string) => `Q#${dataset}`
/** One pool a dataset and state, in the index by time. */
const poolOf = (dataset: string, retriedAt: number | null) =>
  `${retriedAt === null ? 'quarantine' : 'retried'}#${dataset}`

const unitSchema = z
  .object({
    dataset: z.string(),
    unit: z.string(),
    sk: z.string(),
    items: z.int(),
    reasons: z.record(z.string(), z.int()),
    digest: z.string().transform(parseDigest),
    at: z.int(),
    retriedAt: z.int().nullable(),
  })
  .transform(({ sk, ...unit }): QuarantinedUnit => ({ ...unit, name: sk }))

const unitToItem = ({ name, ...unit }: QuarantinedUnit) => ({
  pk: unitPk(unit.dataset),
  sk: name,
  ...unit,
  digest: formatDigest(unit.digest),
  duePool: poolOf(unit.dataset, unit.retriedAt),
  dueAt: unit.retriedAt ?? unit.at,
})

export const makeDynamoQuarantineRegister = ({ documents, table }: DynamoTable): QuarantineRegister => {
  // those that this warm function has listed
  const listed = new Set<string>()

  const listDataset = async (dataset: string) => {
    if (listed.has(dataset)) return
    await documents.send(new PutCommand({ TableName: table, Item: { pk: DATASETS, sk: dataset } }))
    listed.add(dataset)
  }

  const noteRetried = async ({ dataset, name, retriedAt }: QuarantinedUnit) => {
    const update = new UpdateCommand({
      TableName: table,
      Key: { pk: unitPk(dataset), sk: name },
      UpdateExpression: 'SET retriedAt = :at, duePool = :pool, dueAt = :at',
      ConditionExpression: 'retriedAt = :never',
      ExpressionAttributeValues: { ':at': retriedAt, ':pool': poolOf(dataset, retriedAt), ':never': null },
    })
    await wroteIf(documents.send(update))
  }

  return {
    book: async (unit) => {
      await listDataset(unit.dataset)
      const put = new PutCommand({
        TableName: table,
        Item: unitToItem(unit),
        ConditionExpression: 'attribute_not_exists(pk)',
      })
      if (await wroteIf(documents.send(put))) return 'booked'
      if (unit.retriedAt !== null) await noteRetried(unit)
      return 'already-booked'
    },
  }
}

const allOf = (pk: string) => ({
  KeyConditionExpression: 'pk = :pk',
  ExpressionAttributeValues: { ':pk': pk },
  ConsistentRead: true,
})

export const makeDynamoQuarantineBooks = (dynamo: DynamoTable): QuarantineBooks => ({
  total: async (dataset) => {
    let total = emptyDigest
    for await (const item of queryAll(dynamo, allOf(unitPk(dataset)))) {
      const { digest, retriedAt } = unitSchema.parse(item)
      if (retriedAt === null) total = addDigests(total, digest)
    }
    return total
  },
})

export const makeDynamoQuarantineUnits = (dynamo: DynamoTable): QuarantineUnits => {
  const { documents, table } = dynamo

  const datasets = async () => {
    const names: string[] = []
    for await (const { sk } of queryAll(dynamo, allOf(DATASETS))) names.push(String(sk))
    return names
  }

  const newest = async (
    dataset: string,
    state: QuarantineState,
    limit: number,
    after?: QuarantinePosition,
  ) => {
    const duePool = poolOf(dataset, state === 'waiting' ? null : 0)
    const startAfter = after && { pk: unitPk(dataset), sk: after.name, duePool, dueAt: after.at }
    const query = new QueryCommand({
      TableName: table,
      IndexName: DUE_INDEX,
      KeyConditionExpression: 'duePool = :pool',
      ExpressionAttributeValues: { ':pool': duePool },
      ScanIndexForward: false,
      Limit: limit,
      ...(startAfter && { ExclusiveStartKey: startAfter }),
    })
    return ((await documents.send(query)).Items ?? []).map((item) => unitSchema.parse(item))
  }

  const named = async (dataset: string, start: string) => {
    const query = new QueryCommand({
      TableName: table,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :start)',
      ExpressionAttributeValues: { ':pk': unitPk(dataset), ':start': start },
      ConsistentRead: true,
      Limit: 2,
    })
    return ((await documents.send(query)).Items ?? []).map((item) => unitSchema.parse(item))
  }

  return { datasets, newest, named }
}
