/** What dynalite knows of a table; only what is needed to index its items. */
export type TableDescription = {
  readonly TableName: string
  readonly TableStatus: string
  readonly KeySchema: readonly object[]
  readonly LocalSecondaryIndexes?: readonly SecondaryIndex[]
  readonly GlobalSecondaryIndexes?: readonly SecondaryIndex[]
}
type SecondaryIndex = { readonly IndexName: string }
type Range = { readonly gte: string; readonly lt: string }

/** dynalite's one key space: `table~NAME`, `item-NAME~KEY`, `index-global~NAME~INDEX~KEY`. */
export type KeySpace = {
  get(key: string): Promise<unknown>
  put(key: string, value: unknown): Promise<void>
  del(key: string): Promise<void>
  clear(range: Range): Promise<void>
  iterator(range: Range): AsyncIterable<[key: string, value: object]>
}

/** The index entries that an item needs, as dynalite works them out. */
export type IndexEntries = (
  indexes: readonly SecondaryIndex[],
  existing: undefined,
  item: object,
  table: TableDescription,
) => { readonly puts: readonly { readonly index: string; readonly key: string; readonly item: object }[] }

const CLOSED = 'simulator~closed'

const startingWith = (prefix: string): Range => ({ gte: prefix, lt: `${prefix}\uffff` })

/**
 * dynalite writes an item and its index entries one after the other. A kill in between leaves an index that says
 * something else than the table, for ever; DynamoDB's own indexes lag but get there. So they are built anew when the
 * last run did not end by itself.
 */
export const repairIndexes = async (
  db: KeySpace,
  tableFrom: (value: object) => TableDescription,
  indexEntries: IndexEntries,
) => {
  const wasClosed = (await db.get(CLOSED)) !== undefined
  await db.del(CLOSED)
  if (wasClosed) return
  for await (const [key, value] of db.iterator(startingWith('table~'))) {
    const table = tableFrom(value)
    const { TableName, TableStatus, LocalSecondaryIndexes = [], GlobalSecondaryIndexes = [] } = table
    if (TableStatus === 'CREATING' || TableStatus === 'DELETING') {
      // Neither was answered, and one of the two must be: the table is not there.
      await db.del(key)
      const prefixes = [`item-${TableName}~`, `tag-${TableName}~`]
      prefixes.push(`index-local~${TableName}~`, `index-global~${TableName}~`)
      for (const prefix of prefixes) await db.clear(startingWith(prefix))
      continue
    }
    if (TableStatus !== 'ACTIVE') await db.put(key, { ...value, TableStatus: 'ACTIVE' })
    const kinds: [string, readonly SecondaryIndex[]][] = [
      ['local', LocalSecondaryIndexes],
      ['global', GlobalSecondaryIndexes],
    ]
    for (const [kind, indexes] of kinds) {
      if (indexes.length === 0) continue
      const prefix = `index-${kind}~${TableName}~`
      await db.clear(startingWith(prefix))
      for await (const [, item] of db.iterator(startingWith(`item-${TableName}~`))) {
        for (const entry of indexEntries(indexes, undefined, item, table).puts) {
          await db.put(`${prefix}${entry.index}~${entry.key}`, entry.item)
        }
      }
    }
  }
}

/** The last write of a run that ends by itself. */
export const markClosed = (db: Pick<KeySpace, 'put'>) => db.put(CLOSED, true)
