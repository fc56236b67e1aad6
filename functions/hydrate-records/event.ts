import * as z from 'zod'
import { ULID_PATTERN } from '../../shared/domain/ulid.ts'
import type { HydrateTask } from '../../shared/ports/queues.ts'
import { partitionField } from '../../shared/runtime/task-fields.ts'
import { NO_PARTITION } from '../../shared/use-cases/plan-rehydration.ts'

/** A message of the hydrate queue: one partition of one rehydration. */
export const hydrateTaskSchema: z.ZodType<HydrateTask> = z.object({
  rehydrationId: z.string().regex(ULID_PATTERN, 'expected a rehydration id'),
  // the one task of a rehydration that selects nothing
  partition: z.union([z.literal(NO_PARTITION), partitionField]),
})
