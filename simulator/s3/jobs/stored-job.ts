import * as z from 'zod'

/** The rows of S3 Batch Operations, as plain JSON. All times are virtual ms. */

const requestSchema = z.object({
  /** Makes a repeated request the same job. */
  token: z.string(),
  description: z.string(),
  priority: z.number(),
  roleArn: z.string(),
  restore: z.object({ days: z.number(), tier: z.enum(['Standard', 'Bulk']) }),
  manifest: z.object({
    bucket: z.string(),
    key: z.string(),
    versionId: z.string().optional(),
    /** Without quotes. */
    etag: z.string(),
    hasVersions: z.boolean(),
  }),
  /** Missing: none is wanted. */
  report: z
    .object({ bucket: z.string(), prefix: z.string(), scope: z.enum(['AllTasks', 'FailedTasksOnly']) })
    .optional(),
})
export type JobRequest = z.infer<typeof requestSchema>

export const JOB_STATUSES = ['Preparing', 'Active', 'Complete', 'Failed', 'Cancelled'] as const
export type JobStatus = (typeof JOB_STATUSES)[number]

export const jobSchema = z.object({
  id: z.string(),
  request: requestSchema,
  status: z.enum(JOB_STATUSES),
  createdAt: z.number(),
  /** When it next goes on; missing once it is over. */
  nextAt: z.number().optional(),
  /** The manifest's bytes from its preparation to its end, whatever becomes of the object. */
  manifest: z.array(z.object({ blob: z.string(), size: z.number() })),
  tasks: z.number(),
  succeeded: z.number(),
  failed: z.number(),
  failure: z.object({ code: z.string(), reason: z.string() }).optional(),
  endedAt: z.number().optional(),
})
export type Job = z.infer<typeof jobSchema>

/** What became of one line of a manifest. */
export const taskOutcomeSchema = z.object({
  bucket: z.string(),
  key: z.string(),
  versionId: z.string(),
  succeeded: z.boolean(),
  /** Empty where it succeeded. */
  code: z.string(),
  status: z.number(),
  message: z.string(),
})
export type TaskOutcome = z.infer<typeof taskOutcomeSchema>

/** What the report will say of some tasks that are done. */
export const outcomesSchema = z.object({
  jobId: z.string(),
  /** How many tasks were done before these. */
  from: z.number(),
  outcomes: z.array(taskOutcomeSchema),
})
export type Outcomes = z.infer<typeof outcomesSchema>
