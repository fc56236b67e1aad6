import { digestRecords } from '../shared/codec/digest.ts'
import { formatDigest } from '../shared/domain/digest.ts'
import type { SourceRecord } from './source/source.ts'

export type Difference = {
  readonly records: number
  readonly bytes: number
  readonly different: number
  readonly missing: number
  readonly unexpected: number
}

/**
 * Compares delivered lines with the records that were asked for, byte by byte: each wanted body must come once, and nothing
 * else. A line that is almost a wanted body counts as different, and the body as well as missing.
 */
export const compareLines = (
  lines: readonly string[],
  wanted: readonly SourceRecord[],
  idOf: (line: string) => string,
): Difference => {
  const open = new Map(wanted.map(({ id, body }) => [id, body]))
  let different = 0
  let unexpected = 0
  let bytes = 0
  for (const line of lines) {
    bytes += Buffer.byteLength(line)
    const id = idOf(line)
    const body = open.get(id)
    if (body === undefined) unexpected += 1
    else if (Buffer.compare(Buffer.from(line), Buffer.from(body)) === 0) open.delete(id)
    else different += 1
  }
  return { records: lines.length, bytes, different, missing: open.size, unexpected }
}

/** The digest of all that a producer sent of a dataset, each record once: what the archive has to add up to. */
export const sourceDigest = (records: readonly SourceRecord[], dataset: string): string =>
  formatDigest(digestRecords(records.filter((record) => record.dataset === dataset)))
