import { createRequire } from 'node:module'
import { accountId, region } from '../../simulator/account.ts'
import { openDynalite } from '../../simulator/dynamodb/dynalite.ts'

type Table = { readonly TableName: string }
type Put = { readonly type: 'put'; readonly key: string; readonly value: object }
type RawStore = {
  readonly db: {
    open(): Promise<void>
    batch(puts: readonly Put[], callback: (error: Error | null | undefined) => void): void
    close(): Promise<void>
  }
}

/** dynalite 4.0.0 has no types; these are the parts in use. */
const load = createRequire(import.meta.url)
const createStore: (options: { path: string }) => RawStore = load('dynalite/db').create
const keyOf: (item: object, table: Table) => string = load('dynalite/db').createKey

const PUTS_AT_ONCE = 25
const RAW_AT_ONCE = 200

/** Of a value as DynamoDB's JSON has it. */
const attributeOf = (value: unknown): object => {
  if (typeof value === 'string') return { S: value }
  if (typeof value === 'number') return { N: String(value) }
  if (Array.isArray(value)) return { L: value.map(attributeOf) }
  if (typeof value === 'object' && value !== null) return { M: itemOf(value) }
  throw new Error(`expected text, numbers, lists and objects, got ${typeof value}`)
}
const itemOf = (value: object): object =>
  Object.fromEntries(Object.entries(value).map(([name, member]) => [name, attributeOf(member)]))

function* batchesOf(items: Iterable<object>, size: number): Generator<object[]> {
  let batch: object[] = []
  for (const item of items) {
    batch.push(itemOf(item))
    if (batch.length < size) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

/** A new table below `path`, as the simulator finds it, with these items, whose index entries are made. */
export const makeTable = async (path: string, table: Table, items: Iterable<object>): Promise<void> => {
  const dynalite = await openDynalite(path, { accountId, region })
  await dynalite.run('CreateTable', structuredClone(table))
  for (const batch of batchesOf(items, PUTS_AT_ONCE)) {
    const puts = batch.map((Item) => ({ PutRequest: { Item } }))
    await dynalite.run('BatchWriteItem', { RequestItems: { [table.TableName]: puts } })
  }
  await dynalite.close()
}

/**
 * Adds items that belong in no index straight to where dynalite keeps them: a million take a minute that way, and hours over the
 * wire.
 */
export const addItems = async (path: string, table: Table, items: AsyncIterable<object[]>): Promise<void> => {
  const { db } = createStore({ path })
  await db.open()
  for await (const some of items)
    for (const batch of batchesOf(some, RAW_AT_ONCE)) {
      const puts = batch.map((value): Put => {
        return { type: 'put', key: `item-${table.TableName}~${keyOf(value, table)}`, value }
      })
      const written = Promise.withResolvers<void>()
      db.batch(puts, (error) => (error ? written.reject(error) : written.resolve()))
      await written.promise
    }
  await db.close()
}
