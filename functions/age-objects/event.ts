import * as z from 'zod'
import type { ObjectTask } from '../../shared/use-cases/age-object.ts'

/** S3 form-encodes keys in its events: a plus is a space. */
const key = z.string().transform((encoded) => decodeURIComponent(encoded.replaceAll('+', ' ')))

const s3Event = z.object({
  Records: z
    .array(
      z.object({
        eventVersion: z.string().startsWith('2.', 'expected version 2 of the S3 event'),
        eventName: z.string().startsWith('ObjectCreated:', 'expected an ObjectCreated event'),
        s3: z.object({ bucket: z.object({ name: z.string() }), object: z.object({ key }) }),
      }),
    )
    .min(1),
})

/** S3 sends this when the notification is set up. */
const testEvent = z.object({ Service: z.literal('Amazon S3'), Event: z.literal('s3:TestEvent') })

/** By hand; `bucket` may be left out, and is the hot bucket. */
const request = z.strictObject({
  bucket: z.string().optional(),
  key: z.string().min(1),
  dataset: z.string().optional(),
  format: z.enum(['ndjson', 'csv', 'parquet']).optional(),
  compression: z.enum(['none', 'gzip', 'zstd']).optional(),
})

export type ObjectsMessage = {
  readonly bucket: string | undefined
  readonly task: Omit<ObjectTask, 'sentAt'>
}[]

/** A message of the objects queue: an S3 event, S3's test event, or a request by hand. */
export const objectsMessageSchema: z.ZodType<ObjectsMessage> = z.union([
  s3Event.transform(({ Records }) =>
    Records.map(({ s3 }) => ({ bucket: s3.bucket.name, task: { key: s3.object.key } })),
  ),
  testEvent.transform(() => []),
  request.transform(({ bucket, ...task }) => [{ bucket, task }]),
])
