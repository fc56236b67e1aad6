import * as z from 'zod'

/** `Service` and no records: what S3 sends to see whether it may. */
const testEventSchema = z.object({ Event: z.literal('s3:TestEvent') })

const recordSchema = z.object({
  eventVersion: z.string().regex(/^2\./, 'expected an event of version 2'),
  eventName: z.unknown().optional(),
  eventTime: z.unknown().optional(),
  s3: z.object({
    bucket: z.object({ name: z.string() }),
    object: z.object({ key: z.string() }),
  }),
})

/** When a restore was completed, if that is what the event says. */
const completedAt = (name: unknown, time: unknown): number | null => {
  const at = name === 'ObjectRestore:Completed' && typeof time === 'string' ? Date.parse(time) : Number.NaN
  return Number.isNaN(at) ? null : at
}

/** What S3 sends to a queue. Of it all only names and the time of a restore are used, so all else may be what it likes. */
export const storageEventSchema = z.union([
  testEventSchema.transform(() => ({ records: [] })),
  z.object({ Records: z.array(recordSchema) }).transform(({ Records }) => ({
    records: Records.map(({ s3, eventName, eventTime }) => ({
      bucket: s3.bucket.name,
      key: decodeKey(s3.object.key),
      restoredAt: completedAt(eventName, eventTime),
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
