import * as z from 'zod'

/** `Service` and no records: what S3 sends to see whether it may. */
const testEventSchema = z.object({ Event: z.literal('s3:TestEvent') })

const recordSchema = z.object({
  eventVersion: z.string().regex(/^2\./, 'expected an event of version 2'),
  s3: z.object({
    bucket: z.object({ name: z.string() }),
    object: z.object({ key: z.string() }),
  }),
})

/** What S3 sends to a queue. Of it all only names are used, so all else may be what it likes. */
export const storageEventSchema = z.union([
  testEventSchema.transform(() => ({ records: [] })),
  z.object({ Records: z.array(recordSchema) }).transform(({ Records }) => ({
    records: Records.map(({ s3 }) => ({
      bucket: s3.bucket.name,
      key: decodeKey(s3.object.key),
    })),
  })),
])
export type StorageEvent = z.output<typeof storageEventSchema>

/** Keys are form-url-encoded: `+` is a space. One that is ill-formed stays as it is, and is then no segment's. */
const decodeKey = (encoded: string): string => {
  try {
    return decodeURIComponent(encoded.replaceAll('+', ' '))
  } catch {
    return encoded
  }
}
