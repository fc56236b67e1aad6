import { createReadStream } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import * as z from 'zod'
import config from '../../icecore.config.ts'
import { openFileSource } from '../../shared/codec/byte-source.ts'
import { parseJsonRecord } from '../../shared/codec/parse-record.ts'
import { isRejection } from '../../shared/codec/rejection.ts'
import { readCommit, storeCommit } from '../../shared/codec/stored-commit.ts'
import type { Commit } from '../../shared/domain/commit.ts'
import type { Dataset } from '../../shared/domain/dataset.ts'
import type { ArchiveRecord } from '../../shared/domain/record.ts'
import type { NewObject, SegmentReader } from '../../shared/ports/segment-store.ts'

export const DATASET = 'flights'
export const PARTITION = '2024-01-01'
const DAY = Date.parse(`${PARTITION}T00:00:00Z`)
const DAY_MS = 86_400_000

export const theDataset = (): Dataset => {
  const dataset = config.datasets.get(DATASET)
  if (dataset === undefined) throw new Error(`there is no dataset ${DATASET}`)
  return dataset
}

/** The records of a file of orders, all of one day, so many at a time. */
export async function* recordsOf(path: string, atOnce: number): AsyncGenerator<ArchiveRecord[]> {
  const dataset = theDataset()
  let some: ArchiveRecord[] = []
  let number = 0
  for await (const line of createInterface({ input: createReadStream(path) })) {
    const record = parseJsonRecord(dataset, line, Date.now())
    if (isRejection(record)) throw new Error(record.detail)
    some.push({ ...record, time: DAY + (number++ % DAY_MS) })
    if (some.length === atOnce) {
      yield some
      some = []
    }
  }
  if (some.length > 0) yield some
}

export const fileOf = (folder: string, key: string): string => join(folder, key.replaceAll('/', '_'))

/** Puts objects into files of a folder. */
export const makeFileWriter = (folder: string) => ({
  put: async ({ key, content }: NewObject) => {
    await writeFile(fileOf(folder, key), content.kind === 'memory' ? content.data : await content.read())
    return 'stored' as const
  },
})

/** Reads ranges of what `makeFileWriter` put there. */
export const makeFileReader = (folder: string): SegmentReader => ({
  head: () => Promise.reject(new Error('nobody asks for the head')),
  read: async (key, start, end) => {
    const file = await openFileSource(fileOf(folder, key))
    return file.read(start, end).finally(file.close)
  },
  download: async (key, sink) => sink.write(await readFile(fileOf(folder, key))),
})

const commitsFile = (folder: string) => join(folder, 'commits.json')
const storedSchema = z.array(z.object({ id: z.string(), content: z.unknown() }))

export const saveCommits = (folder: string, commits: readonly Commit[]) =>
  writeFile(
    commitsFile(folder),
    JSON.stringify(commits.map((commit) => ({ id: commit.id, content: storeCommit(commit) }))),
  )

export const loadCommits = async (folder: string): Promise<readonly Commit[]> =>
  storedSchema
    .parse(JSON.parse(await readFile(commitsFile(folder), 'utf8')))
    .map(({ id, content }) => readCommit(id, content))
