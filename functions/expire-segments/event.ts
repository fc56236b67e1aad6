import * as z from 'zod'

/** A message of the expire queue: what the sweep found dead or orphaned in one partition. */
export const expireTaskSchema = z.object({
  dataset: z.string(),
  partition: z.string(),
  commitIds: z.array(z.string()),
  orphanKeys: z.array(z.string()),
})
