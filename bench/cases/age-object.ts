import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { createGzip, type Gzip } from 'node:zlib'
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { DuckDBInstance } from '@duckdb/node-api'
import config from '../../icecore.config.ts'
import { makeDynamoCommitLog } from '../../shared/adapters/aws/dynamo-commit-log.ts'
import { makeDynamoHotObjects } from '../../shared/adapters/aws/dynamo-hot-objects.ts'
import { makeDynamoRegistry } from '../../shared/adapters/aws/dynamo-registry.ts'
import { makeS3HotStore } from '../../shared/adapters/aws/s3-hot-store.ts'
import { makeS3Quarantine } from '../../shared/adapters/aws/s3-quarantine.ts'
import { makeS3SegmentWriter } from '../../shared/adapters/aws/s3-segment-writer.ts'
import { ageObject } from '../../shared/use-cases/age-object.ts'
import { accountId } from '../../simulator/account.ts'
import type { Case, Outcome } from '../support/case.ts'
import { TABLE } from '../support/catalog-table.ts'
import { ARCHIVE_BUCKET, HOT_BUCKET, HOT_KEY, type HotCloud, withHotObject } from '../support/hot-cloud.ts'
import { callNativeCode } from '../support/native-calls.ts'
import { writeOrders } from '../support/orders.ts'

const inputOf = (folder: string) => join(folder, 'orders.ndjson')
const megabytesOf = (folder: string) => statSync(inputOf(folder)).size / 1e6

/** Times only the work, with the object in its bucket and the buckets otherwise empty. */
const inTheCloud = (work: (cloud: HotCloud) => Promise<void>) => async (folder: string) =>
  withHotObject(folder, inputOf(folder), async (cloud): Promise<Outcome> => {
    const [started, before] = [performance.now(), process.cpuUsage()]
    await work(cloud)
    const { user, system } = process.cpuUsage(before)
    return {
      megabytes: megabytesOf(folder),
      seconds: (performance.now() - started) / 1000,
      cpuSeconds: (user + system) / 1e6,
    }
  })

/** What the function does, with its adapters. */
const icecore = inTheCloud(async ({ s3, documents }) => {
  const now = () => Date.now()
  const dynamo = { documents, table: TABLE, now }
  const writer = makeS3SegmentWriter({ s3, bucket: ARCHIVE_BUCKET, owner: accountId })
  const ignore = () => undefined
  const age = ageObject({
    config,
    hot: makeS3HotStore({ s3, bucket: HOT_BUCKET, owner: accountId }),
    register: makeDynamoHotObjects(dynamo),
    registry: makeDynamoRegistry(dynamo),
    log: makeDynamoCommitLog(dynamo),
    writer,
    quarantine: makeS3Quarantine({ ...dynamo, writer }),
    metrics: { aged: ignore, duplicatesDropped: ignore, quarantined: ignore },
    hasTime: () => true,
    now,
    random: randomBytes,
  })
  const { outcome, quarantined } = await age({ key: HOT_KEY, sentAt: now() })
  if (outcome !== 'archived' || quarantined > 0) throw new Error(`${outcome}, ${quarantined} quarantined`)
})

const duckdb = async (folder: string) => {
  const path = inputOf(folder)
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '1',
    memory_limit: '1GB',
    temp_directory: folder,
  })
  const connection = await instance.connect()
  await connection.run(`
    COPY (
      SELECT line->>'$.flight' AS id, (line->>'$.date')::TIMESTAMP AS time, line AS body
      FROM read_csv('${path}', header = false, columns = {'line': 'VARCHAR'}, delim = '\x01', quote = '', escape = '')
      ORDER BY id
    ) TO '${join(folder, 'duckdb.parquet')}' (FORMAT parquet, COMPRESSION zstd)`)
  return { megabytes: megabytesOf(folder) }
}

/** Lines go to zlib by so many characters: one by one they take three times as long. */
const PIECE = 64 * 1024

/** A gzip file of one hour, in memory until it is put. */
const openHour = () => {
  const gzip: Gzip = createGzip({ level: 6 })
  const packed = buffer(gzip)
  let waiting: string[] = []
  let characters = 0
  const flush = async () => {
    const text = `${waiting.join('\n')}\n`
    waiting = []
    characters = 0
    if (!gzip.write(text)) await once(gzip, 'drain')
  }
  return {
    add: async (line: string) => {
      waiting.push(line)
      characters += line.length
      if (characters >= PIECE) await flush()
    },
    end: async () => {
      if (waiting.length > 0) await flush()
      gzip.end()
      return packed
    },
  }
}

/** What log archivers do: each line goes into the file of its hour, and the files are put. */
const gzipByHour = inTheCloud(async ({ s3 }) => {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: HOT_BUCKET, Key: HOT_KEY }))
  if (!(Body instanceof Readable)) throw new Error('expected a stream')
  const hours = new Map<string, ReturnType<typeof openHour>>()
  for await (const line of createInterface({ input: Body })) {
    const { date }: { date?: unknown } = JSON.parse(line)
    if (typeof date !== 'string') throw new Error('a line without a date')
    const hour = date.slice(0, 13)
    const file = hours.get(hour) ?? openHour()
    hours.set(hour, file)
    await file.add(line)
  }
  for (const [hour, file] of hours)
    await s3.send(
      new PutObjectCommand({ Bucket: ARCHIVE_BUCKET, Key: `${hour}.ndjson.gz`, Body: await file.end() }),
    )
})

/** What is left of the goals when icecore's own code takes no time at all. */
const callsAlone = async (folder: string) => {
  await callNativeCode(inputOf(folder))
  return { megabytes: megabytesOf(folder) }
}

export const ageObjectCase: Case = {
  name: 'age-object',
  what: 'one NDJSON object to committed and verified landing segments over the wire of the simulator, beside a bare DuckDB COPY of the file to one sorted Parquet file, and gzip files by the hour over the same wire',
  goals: [
    { kind: 'speed', peer: 'duckdb', atLeast: 0.6 },
    { kind: 'speed', peer: 'gzip-by-hour', atLeast: 3 },
  ],
  prepare: async (folder, { megabytes }) => {
    await writeOrders(inputOf(folder), megabytes)
  },
  contenders: { icecore, duckdb, 'gzip-by-hour': gzipByHour, 'calls-alone': callsAlone },
}
