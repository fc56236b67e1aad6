import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import * as z from 'zod'
import { makeDynamoCommitLog } from '../../shared/adapters/aws/dynamo-commit-log.ts'
import { makeDynamoRegistry } from '../../shared/adapters/aws/dynamo-registry.ts'
import type { SegmentReader } from '../../shared/ports/segment-store.ts'
import { findRecord } from '../../shared/use-cases/find-record.ts'
import { region } from '../../simulator/account.ts'
import { makeCloud } from '../../simulator/cloud.ts'
import { DEFAULT_CREDENTIALS } from '../../simulator/host/host.ts'
import type { Case, Sizes } from '../support/case.ts'
import { TABLE } from '../support/catalog-table.ts'
import { median } from '../support/judge.ts'
import { DATASET, makeFileReader } from '../support/landings.ts'
import { makeLargeCatalog } from '../support/large-catalog.ts'

const LOOKUPS = 10
const SMALLEST = 1000

/** As large as the large segment of another case has records: a million at full size. */
const SIZES = {
  icecore: ({ records }: Sizes) => records,
  tenth: ({ records }: Sizes) => records / 10,
  thousand: () => SMALLEST,
} as const
type Name = keyof typeof SIZES

const aboutSchema = z.object({
  segments: z.int(),
  wanted: z.array(z.object({ id: z.string(), time: z.int() })),
})
const placesOf = (root: string, name: Name) => ({
  cloud: join(root, `${name}-cloud`),
  folder: join(root, name),
  about: join(root, `${name}.json`),
})

const prepare = async (root: string, sizes: Sizes) => {
  for (const name of ['icecore', 'tenth', 'thousand'] as const) {
    const { cloud, folder, about } = placesOf(root, name)
    const segments = SIZES[name](sizes)
    const wanted = await makeLargeCatalog({ cloud, folder, segments, lookups: LOOKUPS })
    if (wanted.length !== LOOKUPS) throw new Error(`${wanted.length} of ${LOOKUPS} records are there`)
    await writeFile(about, JSON.stringify({ segments, wanted }))
  }
}

/** The catalog of the simulator, over its wire: what it meters is what AWS would bill. */
const withCatalog = async <Result>(
  dataDir: string,
  work: (catalog: { documents: DynamoDBDocumentClient; units: () => number }) => Promise<Result>,
): Promise<Result> => {
  const cloud = await makeCloud({ dataDir })
  const { endpoint, bill } = cloud
  const dynamodb = new DynamoDBClient({ endpoint, region, credentials: DEFAULT_CREDENTIALS })
  try {
    const units = () => bill.snapshot()['dynamodb.read-unit'] ?? 0
    return await work({ documents: DynamoDBDocumentClient.from(dynamodb), units })
  } finally {
    dynamodb.destroy()
    await cloud.close()
  }
}

const lookUpIn = (name: Name) => async (root: string) => {
  const { cloud, folder, about } = placesOf(root, name)
  const { segments, wanted } = aboutSchema.parse(JSON.parse(await readFile(about, 'utf8')))
  return withCatalog(cloud, async ({ documents, units }) => {
    const spent = { requests: 0, reads: 0 }
    documents.middlewareStack.add(
      (next) => (request) => {
        spent.requests += 1
        return next(request)
      },
      { step: 'deserialize' },
    )
    const files = makeFileReader(folder)
    const reader: SegmentReader = {
      ...files,
      read: (...range) => {
        spent.reads += 1
        return files.read(...range)
      },
    }
    const dynamo = { documents, table: TABLE, now: () => Date.now() }
    const find = findRecord({
      registry: makeDynamoRegistry(dynamo),
      log: makeDynamoCommitLog(dynamo),
      reader,
    })
    const look = async ({ id, time }: (typeof wanted)[number]) => {
      const at = performance.now()
      const found = await find(DATASET, { id, time })
      if (found.kind !== 'searched' || found.records.length !== 1) throw new Error(`${id} was not found`)
      return performance.now() - at
    }
    // not counted: the connection is open then
    for (const one of wanted.slice(0, 2)) await look(one)
    const before = { ...spent, units: units() }
    const times: number[] = []
    for (const one of wanted) times.push(await look(one))
    const each = (total: number) => total / wanted.length
    return {
      megabytes: 0,
      figures: {
        segments,
        queries: each(spent.requests - before.requests),
        readUnits: each(units() - before.units),
        reads: each(spent.reads - before.reads),
        ms: median(times),
      },
    }
  })
}

export const catalogLookupCase: Case = {
  name: 'catalog-lookup',
  what: 'one record, by id and time, in a catalog of a million segments, a hundred a day, beside a tenth of it and a thousand',
  goals: [
    { kind: 'figure', figure: 'queries', atMost: 2 },
    { kind: 'share', peer: 'thousand', figure: 'queries', atMost: 1 },
    { kind: 'share', peer: 'thousand', figure: 'readUnits', atMost: 1 },
    { kind: 'share', peer: 'tenth', figure: 'readUnits', atMost: 1 },
    { kind: 'figure', figure: 'reads', atMost: 2 },
  ],
  prepare,
  contenders: { icecore: lookUpIn('icecore'), tenth: lookUpIn('tenth'), thousand: lookUpIn('thousand') },
}
