import { once } from 'node:events'
import { createReadStream, createWriteStream, statSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { finished } from 'node:stream/promises'
import { createGzip, type Gzip } from 'node:zlib'
import { DuckDBInstance } from '@duckdb/node-api'
import * as z from 'zod'
import { ageObject } from '../../shared/use-cases/age-object.ts'
import { makeBenchArchive } from '../support/archive.ts'
import type { Case } from '../support/case.ts'
import { writeOrders } from '../support/orders.ts'

const inputOf = (folder: string) => join(folder, 'orders.ndjson')

const icecore = async (folder: string) => {
  const path = inputOf(folder)
  const object = { key: 'flights/orders.ndjson', version: '1', etag: '1', bytes: statSync(path).size }
  const archive = makeBenchArchive({ keep: false })
  const age = ageObject({
    ...archive,
    hot: {
      find: async () => object,
      stream: async () => createReadStream(path),
      read: () => Promise.reject(new Error('a text object is streamed')),
      remove: async () => 'removed',
    },
    register: { find: async () => undefined, put: async () => undefined },
    hasTime: () => true,
  })
  const { outcome, quarantined } = await age({ key: object.key, sentAt: Date.now() })
  if (outcome !== 'archived' || quarantined > 0) throw new Error(`${outcome}, ${quarantined} quarantined`)
  return { megabytes: object.bytes / 1e6 }
}

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
  return { megabytes: statSync(path).size / 1e6 }
}

/** What log archivers do: each line goes into the file of its hour. */
const gzipByHour = async (folder: string) => {
  const path = inputOf(folder)
  const files = new Map<string, Gzip>()
  const ended: Promise<void>[] = []
  const fileOf = (hour: string): Gzip => {
    const known = files.get(hour)
    if (known !== undefined) return known
    const made = createGzip({ level: 6 })
    files.set(hour, made)
    ended.push(finished(made.pipe(createWriteStream(join(folder, `${hour}.ndjson.gz`)))))
    return made
  }
  for await (const line of createInterface({ input: createReadStream(path) })) {
    const { date } = z.object({ date: z.string() }).parse(JSON.parse(line))
    const file = fileOf(date.slice(0, 13))
    if (!file.write(`${line}\n`)) await once(file, 'drain')
  }
  for (const file of files.values()) file.end()
  await Promise.all(ended)
  return { megabytes: statSync(path).size / 1e6 }
}

export const ageObjectCase: Case = {
  name: 'age-object',
  what: 'one NDJSON object to committed and verified landing segments, beside a bare DuckDB COPY to one sorted Parquet file, and gzip files by the hour',
  goals: [
    { kind: 'speed', peer: 'duckdb', atLeast: 0.6 },
    { kind: 'speed', peer: 'gzip-by-hour', atLeast: 3 },
  ],
  prepare: async (folder, { megabytes }) => {
    await writeOrders(inputOf(folder), megabytes)
  },
  contenders: { icecore, duckdb, 'gzip-by-hour': gzipByHour },
}
