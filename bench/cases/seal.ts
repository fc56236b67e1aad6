import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { makeDiskScratch } from '../../shared/adapters/aws/disk-scratch.ts'
import { makeMemoryCatalog } from '../../shared/adapters/memory/memory-catalog.ts'
import { landRecords } from '../../shared/use-cases/land-records.ts'
import { sealPartition } from '../../shared/use-cases/seal-partition.ts'
import type { Case, Sizes } from '../support/case.ts'
import {
  DATASET,
  fileOf,
  loadCommits,
  makeFileWriter,
  PARTITION,
  recordsOf,
  saveCommits,
  theDataset,
} from '../support/landings.ts'
import { writeOrders } from '../support/orders.ts'

const LANDINGS = 64
/** Of one order, about. */
const ORDER_BYTES = 950
const ref = { dataset: DATASET, partition: PARTITION }
const ignore = () => undefined
const now = () => Date.now()

/** As much text as one seal opens at once. */
const MOST_MEGABYTES = 450

const prepare = async (folder: string, sizes: Sizes) => {
  const megabytes = Math.min(sizes.megabytes, MOST_MEGABYTES)
  const path = join(folder, 'orders.ndjson')
  await writeOrders(path, megabytes)
  const { registry, log } = makeMemoryCatalog()
  const land = landRecords({ registry, log, writer: makeFileWriter(folder), now, random: randomBytes })
  const each = Math.ceil((megabytes * 1e6) / ORDER_BYTES / LANDINGS)
  for await (const records of recordsOf(path, each))
    await land({ dataset: theDataset(), partition: PARTITION, records, source: 'bench' })
  await saveCommits(folder, (await log.read(ref)).commits)
}

const icecore = async (folder: string) => {
  const { registry, log } = makeMemoryCatalog()
  const commits = await loadCommits(folder)
  for (const commit of commits) await log.append(ref, commit)
  const sealed: number[] = []
  const seal = sealPartition({
    registry,
    log,
    snapshots: {
      read: async () => ({ snapshot: undefined, version: undefined, damaged: false }),
      write: async () => 'written',
    },
    reader: {
      head: () => Promise.reject(new Error('nobody asks for the head')),
      read: () => Promise.reject(new Error('inputs are downloaded')),
      download: async (key, sink) => sink.write(await readFile(fileOf(folder, key))),
    },
    writer: { put: async () => 'stored' },
    scratch: makeDiskScratch(folder),
    metrics: { sealed: ({ bytes }) => void sealed.push(bytes), duplicatesDropped: ignore },
    now,
    random: randomBytes,
  })
  const outcome = await seal(theDataset(), ref)
  if (outcome !== 'sealed') throw new Error(outcome)
  const text = commits.flatMap(({ segments }) => segments).reduce((sum, { bodyBytes }) => sum + bodyBytes, 0)
  return {
    megabytes: text / 1e6,
    figures: { sealedMegabytes: sealed.reduce((sum, bytes) => sum + bytes, 0) / 1e6 },
  }
}

const duckdb = async (folder: string) => {
  const segments = (await loadCommits(folder)).flatMap((commit) => commit.segments)
  const files = segments.map(({ key }) => `'${fileOf(folder, key)}'`).join(', ')
  const options = { threads: '1', memory_limit: '1GB', temp_directory: folder }
  const connection = await (await DuckDBInstance.create(':memory:', options)).connect()
  const to = join(folder, 'duckdb.parquet')
  await connection.run(
    `COPY (SELECT * FROM read_parquet([${files}]) ORDER BY id, time) TO '${to}' (FORMAT parquet, COMPRESSION zstd)`,
  )
  return { megabytes: segments.reduce((sum, { bodyBytes }) => sum + bodyBytes, 0) / 1e6 }
}

export const sealCase: Case = {
  name: 'seal',
  what: `${LANDINGS} landing segments to a sealed and verified one, beside a bare DuckDB merge`,
  goals: [{ kind: 'speed', peer: 'duckdb', atLeast: 0.7 }],
  prepare,
  contenders: { icecore, duckdb },
}
