import { createRequire } from 'node:module'
import { setImmediate as nextTurn } from 'node:timers/promises'
import * as z from 'zod'
import { type IndexEntries, type KeySpace, markClosed, repairIndexes } from './index-repair.ts'

/** What dynalite calls back with when a request is refused: DynamoDB's own answer. */
export type DynaliteRefusal = Error & { readonly statusCode: number; readonly body: object }

type Store = {
  readonly db: KeySpace & { open(): Promise<void>; close(): Promise<void> }
  readonly tableDb: { awsAccountId: string; awsRegion: string }
}
type ActionShape = { readonly types: Readonly<Record<string, unknown>>; readonly custom: unknown }
type Action = (store: Store, data: object, callback: (error: Error | null, answer?: object) => void) => void

type CreateStore = (options: {
  readonly path?: string
  readonly createTableMs: number
  readonly deleteTableMs: number
  readonly updateTableMs: number
}) => Store
type Validations = {
  checkTypes(data: object, types: ActionShape['types']): object
  checkValidations(data: object, types: ActionShape['types'], custom: unknown, store: Store): void
}

export const operations = [
  'BatchGetItem',
  'BatchWriteItem',
  'CreateTable',
  'DeleteItem',
  'DeleteTable',
  'DescribeTable',
  'DescribeTimeToLive',
  'GetItem',
  'ListTables',
  'ListTagsOfResource',
  'PutItem',
  'Query',
  'Scan',
  'TagResource',
  'UntagResource',
  'UpdateItem',
  'UpdateTable',
] as const

export type Operation = (typeof operations)[number]

export const isOperation = (name: string): name is Operation => operations.some((known) => known === name)

export const isRefusal = (error: unknown): error is DynaliteRefusal =>
  error instanceof Error && 'statusCode' in error && 'body' in error

/**
 * dynalite 4.0.0, without the HTTP server in front of it, which would parse and route each request a second time and
 * end the process on a fault. Its modules have no types; these are the parts in use, so its version is pinned.
 */
const load = createRequire(import.meta.url)
const createStore: CreateStore = load('dynalite/db').create
const indexEntries: IndexEntries = load('dynalite/db').getIndexActions
const validations: Validations = load('dynalite/validations')

const fileOf = (operation: Operation) => operation.charAt(0).toLowerCase() + operation.slice(1)
const parts = new Map(
  operations.map((operation): [Operation, { action: Action; shape: ActionShape }] => [
    operation,
    {
      action: load(`dynalite/actions/${fileOf(operation)}`),
      shape: load(`dynalite/validations/${fileOf(operation)}`),
    },
  ]),
)

const partsOf = (operation: Operation) => {
  const found = parts.get(operation)
  if (found === undefined) throw new Error(`dynalite has no ${operation}`)
  return found
}

/** The parameters of `operation` that dynalite reads; it drops any other without a word. */
export const parametersOf = (operation: Operation): readonly string[] =>
  Object.keys(partsOf(operation).shape.types)

const indexesSchema = z.array(z.looseObject({ IndexName: z.string() }))
const tableSchema = z.looseObject({
  TableName: z.string(),
  TableStatus: z.string(),
  KeySchema: z.array(z.looseObject({})),
  LocalSecondaryIndexes: z.exactOptional(indexesSchema),
  GlobalSecondaryIndexes: z.exactOptional(indexesSchema),
})

export type Dynalite = {
  /** Rejects with a `DynaliteRefusal` where DynamoDB would refuse. `data` is changed. */
  run(operation: Operation, data: object): Promise<object>
  close(): Promise<void>
}

const changesTable = new Set<Operation>(['CreateTable', 'UpdateTable', 'DeleteTable'])
const tableStatusSchema = z.object({ Table: z.object({ TableStatus: z.string() }) })

/** Tables below `path`, or in memory. A change of a table is done when it is answered. */
export const openDynalite = async (
  path: string | undefined,
  account: { readonly accountId: string; readonly region: string },
): Promise<Dynalite> => {
  const instant = { createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 }
  const store = createStore(path === undefined ? instant : { path, ...instant })
  await store.db.open()
  if (path !== undefined) await repairIndexes(store.db, (value) => tableSchema.parse(value), indexEntries)
  store.tableDb.awsAccountId = account.accountId
  store.tableDb.awsRegion = account.region
  const run = async (operation: Operation, data: object) => {
    const { action, shape } = partsOf(operation)
    const checked = validations.checkTypes(data, shape.types)
    validations.checkValidations(checked, shape.types, shape.custom, store)
    return new Promise<object>((resolve, reject) => {
      action(store, checked, (error, answer) => (error ? reject(error) : resolve(answer ?? {})))
    })
  }
  /** dynalite settles a table's status a timer's turn after its answer; a request in between would be refused. */
  const settled = async (TableName: string) => {
    for (;;) {
      const answer = await run('DescribeTable', { TableName }).catch((error: unknown) => {
        if (isRefusal(error)) return undefined
        throw error
      })
      if (answer === undefined || tableStatusSchema.parse(answer).Table.TableStatus === 'ACTIVE') return
      await nextTurn()
    }
  }
  return {
    run: async (operation, data) => {
      const answer = await run(operation, data)
      if (changesTable.has(operation) && 'TableName' in data) await settled(String(data.TableName))
      return answer
    },
    close: async () => {
      if (path !== undefined) await markClosed(store.db)
      await store.db.close()
    },
  }
}
