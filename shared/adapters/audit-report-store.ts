import * as z from 'zod'
import { newCursor } from '../domain/audit-cursor.ts'
import type { AuditReports } from '../ports/audit-reports.ts'
import type { Documents } from '../ports/documents.ts'

const PREFIX = 'reports/audit/'
const CURSOR = `${PREFIX}cursor.json`
const JSON_TYPE = 'application/json'

const walkSchema = z.object({
  startedAt: z.int(),
  after: z.string().nullable(),
  segment: z.string().nullable(),
  since: z.int(),
})
const cursorSchema = z.object({
  lists: walkSchema,
  reads: walkSchema,
  // not in the cursors of earlier versions
  datasets: z.array(z.string()).default([]),
})

const print = (value: unknown) => Buffer.from(`${JSON.stringify(value, null, 2)}\n`)

const readCursor = (data: Uint8Array) => {
  try {
    return cursorSchema.parse(JSON.parse(Buffer.from(data).toString('utf8')))
  } catch {
    // it only says where to go on: without it the audits begin anew
    return undefined
  }
}

/** Reports and the cursor of the audits in any archive bucket. */
export const makeAuditReports = (documents: Documents): AuditReports => ({
  cursor: async (now) => {
    const stored = await documents.read(CURSOR)
    const cursor = stored && readCursor(stored.data)
    return { cursor: cursor ?? newCursor(now), version: stored?.version }
  },
  move: (cursor, version) =>
    documents.write({ key: CURSOR, data: print(cursor), contentType: JSON_TYPE }, version),
  write: async (report) => {
    const key = `${PREFIX}${new Date(report.startedAt).toISOString().replaceAll(':', '-')}.json`
    const before = await documents.read(key)
    await documents.write({ key, data: print(report), contentType: JSON_TYPE }, before?.version)
  },
})
