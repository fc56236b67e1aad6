import { open } from 'node:fs/promises'
import { giveBack } from './give-back.ts'

/** Where the bytes of a segment go, in order. */
export type SegmentSink = {
  /** Takes the bytes; the caller may reuse the memory once this resolves. */
  write(bytes: Uint8Array): Promise<void>
  /** No more bytes come. Called by the writer's `finish`, and by its user when the writer failed. */
  close(): Promise<void>
}

export type MemorySink = SegmentSink & {
  /** All that was written, once it is all. */
  content(): Buffer
}

export const makeMemorySink = (): MemorySink => {
  const chunks: Buffer[] = []
  return {
    write: async (bytes) => {
      chunks.push(Buffer.from(bytes))
    },
    close: async () => undefined,
    content: () => {
      const [first, ...others] = chunks
      if (first !== undefined && others.length === 0) return first
      const whole = Buffer.concat(chunks)
      for (const chunk of chunks.splice(0, chunks.length, whole)) giveBack(chunk)
      return whole
    },
  }
}

/** A new file; one that exists already is an error. */
export const openFileSink = async (path: string): Promise<SegmentSink> => {
  const file = await open(path, 'wx')
  let closed = false
  return {
    write: async (bytes) => {
      let written = 0
      while (written < bytes.length)
        written += (await file.write(bytes, written, bytes.length - written)).bytesWritten
    },
    close: async () => {
      if (closed) return
      closed = true
      await file.close()
    },
  }
}
