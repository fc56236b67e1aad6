import * as z from 'zod'
import { ULID_PATTERN } from '../../shared/domain/ulid.ts'
import type { ThawTask } from '../../shared/ports/queues.ts'
import { partitionField } from '../../shared/runtime/task-fields.ts'

/** A message of the thaw queue. */
export const thawTaskSchema: z.ZodType<ThawTask> = z.object({
  rehydrationId: z.string().regex(ULID_PATTERN, 'expected a rehydration id'),
  partition: partitionField.nullable(),
  keep: z.literal(true).exactOptional(),
})
