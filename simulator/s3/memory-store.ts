import { Readable } from 'node:stream'
import type { S3Store } from './store.ts'

/** Keeps bytes while the process lives. Rows are not kept: the model itself holds them. */
export const makeMemoryS3Store = (): S3Store => {
  const blobs = new Map<string, Buffer>()
  let count = 0

  const add = (bytes: Buffer) => {
    count++
    const id = String(count)
    blobs.set(id, bytes)
    return id
  }

  const read = (blob: string, start: number, end: number) => {
    const bytes = blobs.get(blob)
    if (bytes === undefined || end > bytes.length) throw new Error(`blob ${blob} does not reach byte ${end}`)
    return bytes.subarray(start, end)
  }

  return {
    load: () => [],
    keepOnly: (named) => {
      for (const id of blobs.keys()) if (!named.has(id)) blobs.delete(id)
    },
    commit: (_changes, dropped) => {
      for (const id of dropped) blobs.delete(id)
    },
    openSink: () => {
      const chunks: Uint8Array[] = []
      return {
        write: (bytes) => {
          chunks.push(bytes)
        },
        finish: () => add(Buffer.concat(chunks)),
        abandon: () => {
          chunks.length = 0
        },
      }
    },
    // A copy: the writer may use its buffer again.
    keep: (bytes) => add(Buffer.from(bytes)),
    read,
    stream: (blob, start, end) => Readable.from([read(blob, start, end)], { objectMode: false }),
    close: () => blobs.clear(),
  }
}
