import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  ConditionalCheckFailedException,
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  ListTablesCommand,
  TransactWriteItemsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb'
import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  paginateQuery,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb'
import { describe, expect, onTestFinished, test } from 'vitest'
import { makeCloud } from '../../../simulator/cloud.ts'
import type { KeySpace } from '../../../simulator/dynamodb/index-repair.ts'
import { aCloud, clientsOf } from '../wire/cloud-fixture.ts'

type LevelFile = KeySpace & { keys(): AsyncIterable<string>; close(): Promise<void> }
/** dynalite's own copy of its store. */
const { Level }: { Level: new (path: string, options: { valueEncoding: 'json' }) => LevelFile } =
  createRequire(import.meta.resolve('dynalite'))('level')

const TableName = 'catalog'

const createTable = async (dynamodb: DynamoDBClient) => {
  await dynamodb.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk', 'state'].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S',
      })),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by-state',
          KeySchema: [
            { AttributeName: 'state', KeyType: 'HASH' },
            { AttributeName: 'sk', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
      SSESpecification: { Enabled: true },
    }),
  )
  return DynamoDBDocumentClient.from(dynamodb)
}

const aTable = async () => {
  const { cloud, dynamodb } = await aCloud()
  return { cloud, dynamodb, table: await createTable(dynamodb) }
}

const item = (index: number, more: object = {}) => ({ pk: 'p', sk: String(index).padStart(4, '0'), ...more })

describe('the document client', () => {
  test('finds a new table active at once', async () => {
    const { dynamodb } = await aTable()
    const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName }))
    expect(Table).toMatchObject({
      TableStatus: 'ACTIVE',
      TableArn: `arn:aws:dynamodb:us-east-1:000000000000:table/${TableName}`,
    })
    expect((await dynamodb.send(new ListTablesCommand({}))).TableNames).toEqual([TableName])
  })

  test('makes a table again right after it was deleted', async () => {
    const { dynamodb, table } = await aTable()
    for (let round = 0; round < 10; round++) {
      await table.send(new PutCommand({ TableName, Item: item(round) }))
      await dynamodb.send(new DeleteTableCommand({ TableName }))
      await createTable(dynamodb)
      const { Item } = await table.send(new GetCommand({ TableName, Key: item(round) }))
      expect(Item).toBeUndefined()
    }
  })

  test('writes on a condition, once', async () => {
    const { table } = await aTable()
    const put = () =>
      table.send(
        new PutCommand({ TableName, Item: item(1), ConditionExpression: 'attribute_not_exists(pk)' }),
      )
    await put()
    await expect(put()).rejects.toBeInstanceOf(ConditionalCheckFailedException)
  })

  test('lets one of many concurrent claims through', async () => {
    const { table } = await aTable()
    const claims = Array.from({ length: 20 }, (_, owner) =>
      table.send(
        new UpdateCommand({
          TableName,
          Key: item(1),
          UpdateExpression: 'SET #owner = :owner ADD claims :one',
          ConditionExpression: 'attribute_not_exists(#owner)',
          ExpressionAttributeNames: { '#owner': 'owner' },
          ExpressionAttributeValues: { ':owner': owner, ':one': 1 },
        }),
      ),
    )
    const outcomes = await Promise.allSettled(claims)
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const { Item } = await table.send(new GetCommand({ TableName, Key: item(1), ConsistentRead: true }))
    expect(Item).toMatchObject({ claims: 1 })
  })

  test('pages through a query, forwards, backwards and by index', async () => {
    const { table } = await aTable()
    for (let start = 0; start < 60; start += 20) {
      const items = Array.from({ length: 20 }, (_, index) => item(start + index, { state: 'open' }))
      await table.send(
        new BatchWriteCommand({
          RequestItems: { [TableName]: items.map((Item) => ({ PutRequest: { Item } })) },
        }),
      )
    }
    const expected = Array.from({ length: 60 }, (_, index) => item(index).sk)
    const query = async (input: { IndexName?: string; ScanIndexForward?: boolean }) => {
      const found: unknown[] = []
      const key = input.IndexName === undefined ? 'pk' : 'state'
      const pages = paginateQuery(
        { client: table, pageSize: 7 },
        {
          TableName,
          KeyConditionExpression: '#key = :key',
          ExpressionAttributeNames: { '#key': key },
          ExpressionAttributeValues: { ':key': key === 'pk' ? 'p' : 'open' },
          ...input,
        },
      )
      for await (const { Items = [] } of pages) found.push(...Items.map(({ sk }) => sk))
      return found
    }
    expect(await query({})).toEqual(expected)
    expect(await query({ ScanIndexForward: false })).toEqual([...expected].reverse())
    expect(await query({ IndexName: 'by-state' })).toEqual(expected)
    const between = await table.send(
      new QueryCommand({
        TableName,
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
        ExpressionAttributeValues: { ':pk': 'p', ':from': '0010', ':to': '0012' },
      }),
    )
    expect(between.Items?.map(({ sk }) => sk)).toEqual(['0010', '0011', '0012'])
  })

  test('stops a page at 1 MB', async () => {
    const { table } = await aTable()
    for (let index = 0; index < 6; index++) {
      await table.send(new PutCommand({ TableName, Item: item(index, { text: 'x'.repeat(300_000) }) }))
    }
    const page = await table.send(
      new QueryCommand({
        TableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': 'p' },
      }),
    )
    expect(page.Items?.length).toBeLessThan(6)
    expect(page.LastEvaluatedKey).toBeDefined()
  })

  test('moves an item from one index key to another, and out', async () => {
    const { table } = await aTable()
    await table.send(new PutCommand({ TableName, Item: item(1, { state: 'open' }) }))
    const inState = async (state: string) => {
      const { Items = [] } = await table.send(
        new QueryCommand({
          TableName,
          IndexName: 'by-state',
          KeyConditionExpression: '#state = :state',
          ExpressionAttributeNames: { '#state': 'state' },
          ExpressionAttributeValues: { ':state': state },
        }),
      )
      return Items.length
    }
    await table.send(
      new UpdateCommand({
        TableName,
        Key: item(1),
        UpdateExpression: 'SET #state = :state',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':state': 'done' },
      }),
    )
    expect([await inState('open'), await inState('done')]).toEqual([0, 1])
    await table.send(new DeleteCommand({ TableName, Key: item(1) }))
    expect(await inState('done')).toBe(0)
  })

  test('reads a batch', async () => {
    const { table } = await aTable()
    await table.send(new PutCommand({ TableName, Item: item(1) }))
    const { Responses } = await table.send(
      new BatchGetCommand({ RequestItems: { [TableName]: { Keys: [item(1), item(2)] } } }),
    )
    expect(Responses?.[TableName]).toEqual([item(1)])
  })

  test('is billed for units read and written, and sees them only when it asks', async () => {
    const { cloud, table } = await aTable()
    const units = (line: string) => cloud.bill.snapshot()[`dynamodb.${line}-unit`] ?? 0
    const put = await table.send(new PutCommand({ TableName, Item: item(1, { text: 'x'.repeat(3000) }) }))
    expect(put.ConsumedCapacity).toBeUndefined()
    expect(units('write')).toBe(3)
    await table.send(new GetCommand({ TableName, Key: item(1) }))
    expect(units('read')).toBe(0.5)
    const get = await table.send(
      new GetCommand({ TableName, Key: item(1), ConsistentRead: true, ReturnConsumedCapacity: 'TOTAL' }),
    )
    expect(get.ConsumedCapacity).toMatchObject({ CapacityUnits: 1 })
    expect(units('read')).toBe(1.5)
  })

  test('is told what is not simulated, instead of being misled', async () => {
    const { dynamodb, table } = await aTable()
    await expect(dynamodb.send(new TransactWriteItemsCommand({ TransactItems: [] }))).rejects.toThrow(
      'does not support TransactWriteItems',
    )
    const ttl = new UpdateTimeToLiveCommand({
      TableName,
      TimeToLiveSpecification: { AttributeName: 'until', Enabled: true },
    })
    await expect(dynamodb.send(ttl)).rejects.toThrow('does not support UpdateTimeToLive')
    const update = new UpdateTableCommand({
      TableName,
      GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'by-state' } }],
    })
    await expect(dynamodb.send(update)).rejects.toThrow('does not support making or deleting an index')
    await expect(
      table.send(
        new PutCommand({
          TableName,
          Item: item(1),
          ConditionExpression: 'attribute_not_exists(pk)',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      ),
    ).rejects.toThrow('does not support ReturnValuesOnConditionCheckFailure')
  })
})

test('tables are there again when the cloud is opened again', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'icecore-cloud-'))
  onTestFinished(() => rm(dataDir, { recursive: true }))
  const first = await makeCloud({ dataDir })
  const table = await createTable(clientsOf(first.endpoint).dynamodb)
  await table.send(new PutCommand({ TableName, Item: item(1, { state: 'open' }) }))
  await first.close()
  const { dynamodb } = await aCloud({ dataDir })
  const reopened = DynamoDBDocumentClient.from(dynamodb)
  const { Item } = await reopened.send(new GetCommand({ TableName, Key: item(1) }))
  expect(Item).toEqual(item(1, { state: 'open' }))
})

test('indexes say what the table says after a kill between an item and its index entries', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'icecore-cloud-'))
  onTestFinished(() => rm(dataDir, { recursive: true }))
  const first = await makeCloud({ dataDir })
  const table = await createTable(clientsOf(first.endpoint).dynamodb)
  await table.send(new PutCommand({ TableName, Item: item(1, { state: 'open' }) }))
  await first.close()

  // What such a kill leaves: entries that were written, an item that was not, and no sign of an orderly end.
  const db = new Level(join(dataDir, 'dynamodb'), { valueEncoding: 'json' })
  for await (const key of db.keys()) {
    if (key.startsWith('index-global~')) {
      await db.put(`${key}x`, { pk: 'p', sk: 'ghost', state: 'open' })
      await db.del(key)
    }
  }
  await db.del('simulator~closed')
  await db.close()

  const { dynamodb } = await aCloud({ dataDir })
  const { Items } = await DynamoDBDocumentClient.from(dynamodb).send(
    new QueryCommand({
      TableName,
      IndexName: 'by-state',
      KeyConditionExpression: '#state = :state',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: { ':state': 'open' },
    }),
  )
  expect(Items).toEqual([item(1, { state: 'open' })])
})
