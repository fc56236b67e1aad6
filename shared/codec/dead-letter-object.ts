import * as z from 'zod'
import type { DeadLetter } from '../ports/dead-letters.ts'

/** A dead letter as an object: one JSON document. */

const FORMAT = 1

const letterSchema = z
  .object({
    icecore: z.literal('dead-letter'),
    format: z.literal(FORMAT),
    queue: z.string(),
    messageId: z.string(),
    body: z.string(),
    attributes: z.array(
      z.object({
        name: z.string(),
        dataType: z.string(),
        stringValue: z.string().exactOptional(),
        binaryValue: z.string().exactOptional(),
      }),
    ),
    sentAt: z.int(),
    receives: z.int(),
    group: z.string().nullable(),
    reason: z.string(),
    detail: z.string(),
    keptAt: z.int(),
  })
  .transform(({ icecore: _, format: __, ...letter }): DeadLetter => letter)

export const packDeadLetter = (letter: DeadLetter): Uint8Array =>
  Buffer.from(`${JSON.stringify({ icecore: 'dead-letter', format: FORMAT, ...letter })}\n`)

export const readDeadLetter = (data: Uint8Array): DeadLetter =>
  letterSchema.parse(JSON.parse(Buffer.from(data).toString('utf8')))
