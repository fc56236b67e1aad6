import type { FileHandle } from 'node:fs/promises'
import { open, stat } from 'node:fs/promises'

/** Something of known size that can be read at any place: memory, a file, an object by range requests. */
export type ByteSource = {
  readonly bytes: number
  /** Bytes `start` (inclusive) to `end` (exclusive), all of them: a short read is an error of the source. */
  read(start: number, end: number): Promise<Uint8Array>
}

const checkRange = (start: number, end: number, bytes: number) => {
  if (
    !(Number.isSafeInteger(start) && Number.isSafeInteger(end) && 0 <= start && start <= end && end <= bytes)
  )
    throw new RangeError(`byte source: expected a range within 0 to ${bytes}, got ${start} to ${end}`)
}

export const memorySource = (content: Uint8Array): ByteSource => ({
  bytes: content.byteLength,
  read: async (start, end) => {
    checkRange(start, end, content.byteLength)
    return content.subarray(start, end)
  },
})

const readFully = async (file: FileHandle, start: number, end: number): Promise<Uint8Array> => {
  const target = new Uint8Array(end - start)
  let filled = 0
  while (filled < target.length) {
    const { bytesRead } = await file.read(target, filled, target.length - filled, start + filled)
    if (bytesRead === 0) throw new Error(`byte source: the file ended at ${start + filled}, expected ${end}`)
    filled += bytesRead
  }
  return target
}

/** A file, whose size is taken once, at opening. Close it when done. */
export const openFileSource = async (path: string): Promise<ByteSource & { close(): Promise<void> }> => {
  const { size } = await stat(path)
  const file = await open(path, 'r')
  return {
    bytes: size,
    read: async (start, end) => {
      checkRange(start, end, size)
      return readFully(file, start, end)
    },
    close: () => file.close(),
  }
}
