import { DatabaseSync } from 'node:sqlite'
import * as z from 'zod'
import { type BillSnapshot, billSnapshotSchema } from './bill.ts'

export type SavedTime = {
  /** No run of this cloud has shown a later time. */
  readonly mark: number
  /** No start time was ever given: the cloud's time is the real one, until it leaps. */
  readonly followsReal: boolean
}

/** What the cloud itself must not forget: how late it is, and what it has billed. */
export type CloudStore = {
  time(): SavedTime | undefined
  saveTime(time: SavedTime): void
  bill(): BillSnapshot
  /** Replace the quantities of `lines`. */
  saveBill(lines: Iterable<readonly [line: string, quantity: number]>): void
  close(): void
}

const timeRowSchema = z.object({ mark: z.number(), follows_real: z.number() })
const billRowSchema = z.object({ line: z.string(), quantity: z.number() })

/** In `file`, surviving a killed process; in memory without one. */
export const openCloudStore = (file: string | undefined): CloudStore => {
  const db = new DatabaseSync(file ?? ':memory:')
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 10000')
  db.exec(`
    CREATE TABLE IF NOT EXISTS time (id INTEGER PRIMARY KEY CHECK (id = 1), mark REAL NOT NULL, follows_real INTEGER NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS bill (line TEXT PRIMARY KEY, quantity REAL NOT NULL) STRICT, WITHOUT ROWID;
  `)
  const saveTime = db.prepare('INSERT OR REPLACE INTO time VALUES (1, ?, ?)')
  const saveLine = db.prepare('INSERT OR REPLACE INTO bill VALUES (?, ?)')
  return {
    time: () => {
      const row = db.prepare('SELECT mark, follows_real FROM time').get()
      if (row === undefined) return undefined
      const { mark, follows_real } = timeRowSchema.parse(row)
      return { mark, followsReal: follows_real === 1 }
    },
    saveTime: ({ mark, followsReal }) => {
      saveTime.run(mark, followsReal ? 1 : 0)
    },
    bill: () => {
      const rows = db.prepare('SELECT line, quantity FROM bill').all()
      const lines = rows.map((row) => billRowSchema.parse(row))
      return billSnapshotSchema.parse(Object.fromEntries(lines.map(({ line, quantity }) => [line, quantity])))
    },
    saveBill: (lines) => {
      db.exec('BEGIN')
      for (const [line, quantity] of lines) saveLine.run(line, quantity)
      db.exec('COMMIT')
    },
    close: () => db.close(),
  }
}
