import {
  closeSync,
  createReadStream,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { BlobSink } from './store.ts'

/** Blobs as files, spread over some folders. `newId` gives ids that were never used before. */
export type BlobFiles = {
  openSink(): BlobSink
  read(id: string, start: number, end: number): Buffer
  stream(id: string, start: number, end: number): Readable
  drop(id: string): void
  keepOnly(ids: ReadonlySet<string>): void
}

const FOLDERS = 16
const STREAM_CHUNK = 1024 * 1024

const writeAll = (file: number, bytes: Uint8Array) => {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
}

/** Writes go to the page cache, synchronously: that is faster than a trip to the thread pool, and survives a kill. */
export const makeBlobFiles = (directory: string, newId: () => number): BlobFiles => {
  const incoming = join(directory, 'incoming')
  const folderOf = (id: string) => (Number(id.slice(1)) % FOLDERS).toString(16).padStart(2, '0')
  const pathOf = (id: string) => join(directory, folderOf(id), id)
  mkdirSync(incoming, { recursive: true })
  for (let folder = 0; folder < FOLDERS; folder++)
    mkdirSync(join(directory, folderOf(`f${folder}`)), { recursive: true })

  return {
    openSink: () => {
      const id = `f${newId()}`
      const temporary = join(incoming, id)
      const file = openSync(temporary, 'w')
      return {
        write: (bytes) => writeAll(file, bytes),
        finish: () => {
          closeSync(file)
          renameSync(temporary, pathOf(id))
          return id
        },
        abandon: () => {
          closeSync(file)
          rmSync(temporary)
        },
      }
    },
    read: (id, start, end) => {
      const bytes = Buffer.allocUnsafe(end - start)
      const file = openSync(pathOf(id), 'r')
      try {
        for (let at = 0; at < bytes.length; ) {
          const count = readSync(file, bytes, at, bytes.length - at, start + at)
          if (count === 0) throw new Error(`blob ${id} does not reach byte ${end}`)
          at += count
        }
      } finally {
        closeSync(file)
      }
      return bytes
    },
    // Opened at once: the file may be unlinked while it is being read.
    stream: (id, start, end) =>
      createReadStream('', {
        fd: openSync(pathOf(id), 'r'),
        start,
        end: end - 1,
        highWaterMark: STREAM_CHUNK,
      }),
    drop: (id) => rmSync(pathOf(id), { force: true }),
    keepOnly: (ids) => {
      for (const id of readdirSync(incoming)) rmSync(join(incoming, id))
      for (let folder = 0; folder < FOLDERS; folder++) {
        const path = join(directory, folderOf(`f${folder}`))
        for (const id of readdirSync(path)) if (!ids.has(id)) rmSync(join(path, id))
      }
    },
  }
}
