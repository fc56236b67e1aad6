import type { IncomingMessage } from 'node:http'

/** The whole body, or `'too-long'` when it has more than `maxBytes`. */
export const readBody = async (request: IncomingMessage, maxBytes: number): Promise<Buffer | 'too-long'> => {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) throw new TypeError('the request has an encoding set')
    length += chunk.length
    if (length > maxBytes) return 'too-long'
    chunks.push(chunk)
  }
  const [only] = chunks
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, length)
}
