import { hash } from 'node:crypto'
import * as z from 'zod'
import { formatDigest, parseDigest } from '../domain/digest.ts'
import type { QuarantinedItem, QuarantinedUnit, QuarantineUnit } from '../ports/quarantine.ts'

/**
 * A unit of quarantine as an object: a line of JSON that says what it is, then one line for each item. Its name is the
 * SHA-256 of all of it, so that a repeat finds its object, on any day, and a unit that reads differently now gets its own.
 */

const FORMAT = 1

/** The header line is much shorter than this: it holds a dataset's name, a unit's name and counts of a score of reasons. */
export const MAX_HEADER_BYTES = 16_384

const headerSchema = z.object({
  icecore: z.literal('quarantine'),
  format: z.literal(FORMAT),
  dataset: z.string(),
  unit: z.string(),
  items: z.int(),
  reasons: z.record(z.string(), z.int()),
  digest: z.string().transform(parseDigest),
})

const itemSchema = z.object({
  dataset: z.string(),
  named: z.string().exactOptional(),
  reason: z.string(),
  detail: z.string(),
  text: z.string(),
  encoding: z.enum(['utf8', 'base64']),
  header: z.string().nullable(),
  source: z.string(),
  cut: z.literal(true).exactOptional(),
})

export type PackedUnit = { readonly facts: QuarantinedUnit; readonly data: Uint8Array }

const countReasons = (items: readonly QuarantinedItem[]): Record<string, number> => {
  const reasons = Map.groupBy(items, ({ reason }) => reason)
  return Object.fromEntries([...reasons].map(([reason, some]) => [reason, some.length] as const).sort())
}

/** Written into one buffer: an item may be so long that it must not be there twice. */
const linesOf = (lines: readonly string[]): Buffer => {
  const data = Buffer.alloc(
    lines.reduce((bytes, line) => bytes + Buffer.byteLength(line) + 1, 0),
    '\n',
  )
  let at = 0
  for (const line of lines) at += data.write(line, at) + 1
  return data
}

export const packQuarantine = ({ dataset, unit, items, digest, at }: QuarantineUnit): PackedUnit => {
  const reasons = countReasons(items)
  const about = { dataset, unit, items: items.length, reasons }
  const header = { icecore: 'quarantine', format: FORMAT, ...about, digest: formatDigest(digest) }
  // each by itself: together they can be longer than a string may be
  const data = linesOf([header, ...items].map((line) => JSON.stringify(line)))
  return { data, facts: { ...about, name: hash('sha256', data, 'hex'), digest, at, retriedAt: null } }
}

const lineAt = (data: Buffer, start: number): string => {
  const end = data.indexOf(0x0a, start)
  if (end === -1) throw new Error('quarantine: expected a whole line')
  return data.toString('utf8', start, end)
}

/** What the header line of a unit's object says, from the first bytes of it. */
export const readQuarantineHeader = (
  data: Buffer,
): Pick<QuarantinedUnit, 'dataset' | 'unit' | 'items' | 'reasons' | 'digest'> => {
  const { dataset, unit, items, reasons, digest } = headerSchema.parse(JSON.parse(lineAt(data, 0)))
  return { dataset, unit, items, reasons, digest }
}

/** The items of a unit's object. All of it must be there, as it was put. */
export const readQuarantineItems = (data: Buffer, name: string): QuarantinedItem[] => {
  const actual = hash('sha256', data, 'hex')
  if (actual !== name) throw new Error(`quarantine: expected an object with SHA-256 ${name}, got ${actual}`)
  const items: QuarantinedItem[] = []
  for (let start = data.indexOf(0x0a) + 1; start < data.length; start = data.indexOf(0x0a, start) + 1)
    items.push(itemSchema.parse(JSON.parse(lineAt(data, start))))
  return items
}
