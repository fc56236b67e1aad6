import * as z from 'zod'
import { datasetField, partitionField } from '../../shared/runtime/task-fields.ts'

/** A message of the seal queue: one partition to look at. */
export const sealTaskSchema = z.object({ dataset: datasetField, partition: partitionField })
export type SealTask = z.infer<typeof sealTaskSchema>
