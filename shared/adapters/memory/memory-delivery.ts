import { hash } from 'node:crypto'
import { type Delivery, MAX_PART_BYTES, PartTooLarge } from '../../ports/delivery.ts'

export type MemoryDelivery = Delivery & {
  /** What was put, by key. */
  readonly files: ReadonlyMap<string, { readonly content: Buffer; readonly version: string }>
}

/** Destinations in memory, with the same promises as in S3. */
export const makeMemoryDelivery = (maxPartBytes = MAX_PART_BYTES): MemoryDelivery => {
  const files = new Map<string, { content: Buffer; version: string }>()
  let versions = 0

  const store = (key: string, content: Buffer) => {
    versions += 1
    files.set(key, { content, version: `v${versions}` })
  }

  return {
    files,
    find: async (key) => {
      const file = files.get(key)
      return file === undefined ? null : { bytes: file.content.length, version: file.version }
    },
    begin: async (key) => {
      const pieces: Buffer[] = []
      let bytes = 0
      return {
        write: async (piece) => {
          bytes += piece.byteLength
          if (bytes > maxPartBytes)
            throw new PartTooLarge(`its records are more than the ${maxPartBytes} bytes of one file`)
          pieces.push(Buffer.from(piece))
        },
        close: async () => undefined,
        put: async (replaces) => {
          if (files.get(key)?.version !== replaces?.version) return 'changed'
          const content = Buffer.concat(pieces)
          store(key, content)
          return { bytes, sha256: hash('sha256', content, 'base64') }
        },
        discard: async () => {
          pieces.length = 0
        },
      }
    },
    putWhole: async (key, content) => store(key, Buffer.from(content)),
  }
}
