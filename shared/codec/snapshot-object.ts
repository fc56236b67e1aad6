import { hash } from 'node:crypto'
import * as z from 'zod'
import type { Snapshot } from '../domain/snapshot.ts'
import { decodeOnce } from './decode-once.ts'
import { readCommit, storeCommit } from './stored-commit.ts'

/**
 * A snapshot as an object: a line of JSON that says what it is, with the SHA-256 of all but itself, and then the log, one
 * commit a line. The log is small next to the segments that it names, and read whole.
 */

const FORMAT = 1

const headerSchema = z.object({
  icecore: z.literal('catalog'),
  format: z.literal(FORMAT),
  dataset: z.string(),
  partition: z.string(),
  takenAt: z.int(),
  commits: z.int(),
  sha256: z.string(),
})

const commitSchema = z.looseObject({ id: z.string() })

/** The bytes are not those of a snapshot that was written. */
export class SnapshotDamaged extends Error {
  override readonly name = 'SnapshotDamaged'
}

export const packSnapshot = ({ dataset, partition, takenAt, commits }: Snapshot): Uint8Array => {
  const log = commits
    .map((commit) => `${JSON.stringify({ id: commit.id, ...storeCommit(commit) })}\n`)
    .join('')
  const about = { dataset, partition, takenAt, commits: commits.length }
  const object = (sha256: string) =>
    `${JSON.stringify({ icecore: 'catalog', format: FORMAT, ...about, sha256 })}\n${log}`
  return Buffer.from(object(hash('sha256', object(''), 'hex')))
}

const unpack = (data: Uint8Array): Snapshot => {
  const text = Buffer.from(data).toString('utf8')
  const start = text.indexOf('\n') + 1
  const { dataset, partition, takenAt, ...header } = headerSchema.parse(JSON.parse(text.slice(0, start)))
  const log = text.slice(start)
  if (hash('sha256', text.replace(header.sha256, ''), 'hex') !== header.sha256)
    throw new Error('its SHA-256 is wrong')
  const lines = log.split('\n').slice(0, -1)
  if (lines.length !== header.commits)
    throw new Error(`expected ${header.commits} commits, got ${lines.length}`)
  const commits = lines.map((line) => {
    const stored = commitSchema.parse(JSON.parse(line))
    return readCommit(stored.id, stored)
  })
  return { dataset, partition, takenAt, commits }
}

/** Each sweep, seal and expiry of a partition reads the same again, as long as nobody writes another. */
const unpackOnce = decodeOnce(unpack)

/** Reads what `packSnapshot` wrote. Anything else is a SnapshotDamaged. What is given back is shared, and not to be changed. */
export const readSnapshot = (data: Uint8Array): Snapshot => {
  try {
    return unpackOnce(data)
  } catch (error) {
    throw new SnapshotDamaged('this is no snapshot of a partition', { cause: error })
  }
}
