import * as z from 'zod'

/** A message of the seal queue: one partition to look at. */
export const sealTaskSchema = z.object({ dataset: z.string(), partition: z.string() })
export type SealTask = z.infer<typeof sealTaskSchema>
