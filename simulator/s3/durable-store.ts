import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Readable } from 'node:stream'
import * as z from 'zod'
import { makeBlobFiles } from './blob-files.ts'
import type { S3Store } from './store.ts'

/** Bodies up to here are rows of the database: one commit is then cheaper than a file. */
const INLINE_BYTES = 64 * 1024

const rowSchema = z.object({
  kind: z.enum(['bucket', 'version', 'upload', 'part', 'event', 'state', 'job', 'job-outcomes']),
  id: z.string(),
  value: z.string(),
})
const blobRowSchema = z.object({ bytes: z.instanceof(Uint8Array) })
const idsSchema = z.array(z.object({ id: z.number() }))

/**
 * Rows in SQLite (write-ahead log), large bodies in files. A body is whole and in its place before the row that
 * names it is committed; a restart removes what no row names. Survives a kill at any moment, though not a power cut.
 */
export const makeDurableS3Store = (directory: string): S3Store => {
  mkdirSync(directory, { recursive: true })
  const database = new DatabaseSync(join(directory, 's3.sqlite'))
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    CREATE TABLE IF NOT EXISTS entries (kind TEXT, id TEXT, value TEXT NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS bodies (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
  `)
  const selectEntries = database.prepare('SELECT kind, id, value FROM entries')
  const putEntry = database.prepare('INSERT OR REPLACE INTO entries (kind, id, value) VALUES (?, ?, ?)')
  const dropEntry = database.prepare('DELETE FROM entries WHERE kind = ? AND id = ?')
  const selectBodies = database.prepare('SELECT id FROM bodies')
  const putBody = database.prepare('INSERT INTO bodies (id, bytes) VALUES (?, ?)')
  const readBody = database.prepare('SELECT bytes FROM bodies WHERE id = ?')
  const dropBody = database.prepare('DELETE FROM bodies WHERE id = ?')

  /** Small bodies wait here for the commit of the row that names them. */
  const uncommitted = new Map<string, Buffer>()
  // Ids begin above everything that an earlier run can have used.
  let lastId = Date.now() * 1000
  const newId = () => ++lastId
  const files = makeBlobFiles(join(directory, 'blobs'), newId)

  const isRow = (blob: string) => blob.startsWith('r')
  const rowId = (blob: string) => Number(blob.slice(1))

  const read = (blob: string, start: number, end: number): Buffer => {
    if (!isRow(blob)) return files.read(blob, start, end)
    const waiting = uncommitted.get(blob)
    const bytes = waiting ?? Buffer.from(blobRowSchema.parse(readBody.get(rowId(blob))).bytes)
    if (end > bytes.length) throw new Error(`blob ${blob} does not reach byte ${end}`)
    return bytes.subarray(start, end)
  }

  const begin = database.prepare('BEGIN IMMEDIATE')
  const commit = database.prepare('COMMIT')
  const transaction = (work: () => void) => {
    begin.run()
    try {
      work()
      commit.run()
    } catch (error) {
      database.exec('ROLLBACK')
      throw error
    }
  }

  return {
    load: () =>
      selectEntries.all().map((row) => {
        const { kind, id, value } = rowSchema.parse(row)
        return { kind, id, value: JSON.parse(value) }
      }),
    keepOnly: (blobs) => {
      files.keepOnly(blobs)
      transaction(() => {
        for (const { id } of idsSchema.parse(selectBodies.all())) if (!blobs.has(`r${id}`)) dropBody.run(id)
      })
    },
    commit: (changes, dropped) => {
      transaction(() => {
        for (const [blob, bytes] of uncommitted) putBody.run(rowId(blob), bytes)
        for (const { kind, id, value } of changes) {
          if (value === undefined) dropEntry.run(kind, id)
          else putEntry.run(kind, id, JSON.stringify(value))
        }
        for (const blob of dropped) if (isRow(blob)) dropBody.run(rowId(blob))
      })
      uncommitted.clear()
      for (const blob of dropped) if (!isRow(blob)) files.drop(blob)
    },
    openSink: files.openSink,
    keep: (bytes) => {
      if (bytes.length > INLINE_BYTES) {
        const sink = files.openSink()
        sink.write(bytes)
        return sink.finish()
      }
      const id = `r${newId()}`
      uncommitted.set(id, Buffer.from(bytes))
      return id
    },
    read,
    stream: (blob, start, end) =>
      isRow(blob)
        ? Readable.from([read(blob, start, end)], { objectMode: false })
        : files.stream(blob, start, end),
    close: () => database.close(),
  }
}
