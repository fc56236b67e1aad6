import { createHash } from 'node:crypto'
import type { MessageAttributes } from './message.ts'

export const md5Of = (data: string | Uint8Array) => createHash('md5').update(data).digest('hex')

/**
 * MD5 over the attributes by name: length and bytes of name, of type, then 1 (text) or 2 (binary), length and bytes
 * of the value; lengths are 4 bytes, big-endian. SDKs compute it again and refuse an answer with another.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation
 */
export const attributesMd5 = (attributes: MessageAttributes): string | undefined => {
  if (attributes.size === 0) return undefined
  const hash = createHash('md5')
  const add = (bytes: Uint8Array) => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(bytes.length)
    hash.update(length).update(bytes)
  }
  const byName = [...attributes].sort(([left], [right]) =>
    Buffer.compare(Buffer.from(left), Buffer.from(right)),
  )
  for (const [name, { dataType, stringValue, binaryValue }] of byName) {
    add(Buffer.from(name))
    add(Buffer.from(dataType))
    hash.update(Uint8Array.of(dataType.startsWith('Binary') ? 2 : 1))
    add(binaryValue ?? Buffer.from(stringValue ?? ''))
  }
  return hash.digest('hex')
}
