import * as z from 'zod'
import { datasetField, partitionField } from '../../shared/runtime/task-fields.ts'

/** A message of the expire queue: what the sweep found dead or orphaned in one partition. */
export const expireTaskSchema = z.object({
  dataset: datasetField,
  partition: partitionField,
  commitIds: z.array(z.string()),
  orphanKeys: z.array(z.string()),
})
