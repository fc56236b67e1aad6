import * as z from 'zod'
import { accountId, region } from '../../account.ts'
import type { FunctionDefinition } from './definitions.ts'
import { type JsonValue, parseAs } from './json.ts'

/** Says how AWS runs, protects or shows the function, which makes no difference here. */
const ignored = z.unknown().optional()

const sqsSchema = z.strictObject({
  arn: z.string(),
  batchSize: z.number().int().min(1).max(10_000).default(10),
  maximumBatchingWindow: z.number().int().min(0).max(300).default(0),
  maximumConcurrency: z.number().int().min(2).max(1000).optional(),
  functionResponseType: z.literal('ReportBatchItemFailures').optional(),
})

const scheduleSchema = z.union([
  z.string().transform((rate) => ({ rate, input: undefined, enabled: true })),
  z.strictObject({
    rate: z.union([z.string(), z.array(z.string()).length(1)]).transform(String),
    input: z.json().optional(),
    enabled: z.boolean().default(true),
    name: ignored,
    description: ignored,
  }),
])

const routeSchema = z.strictObject({
  method: z.string(),
  path: z.string().startsWith('/'),
  authorizer: z.strictObject({ type: z.literal('aws_iam') }).optional(),
})

const eventSchema = z.union([
  z.strictObject({ sqs: sqsSchema }),
  z.strictObject({ schedule: scheduleSchema }),
  z.strictObject({ httpApi: routeSchema }),
])

const environmentSchema = z.record(z.string(), z.coerce.string())

const functionSchema = z.strictObject({
  handler: z.string().regex(/^[\w/-]+\.\w+$/),
  name: z.string().optional(),
  memorySize: z.number().int().optional(),
  timeout: z.number().int().optional(),
  reservedConcurrency: z.number().int().optional(),
  environment: environmentSchema.default({}),
  events: z.array(eventSchema).default([]),
  architecture: ignored,
  description: ignored,
  ephemeralStorageSize: ignored,
  maximumEventAge: ignored,
  maximumRetryAttempts: ignored,
  package: ignored,
  role: ignored,
  tags: ignored,
  tracing: ignored,
})

export const providerSchema = z.object({
  name: z.literal('aws'),
  timeout: z.number().int().default(6),
  memorySize: z.number().int().default(1024),
  environment: environmentSchema.default({}),
})
export type Provider = z.infer<typeof providerSchema>

/** One function of the deployment, its references resolved already. */
export const functionOf = (
  name: string,
  definition: JsonValue,
  prefix: string,
  provider: Provider,
): FunctionDefinition => {
  const it = parseAs(functionSchema, definition, `functions.${name}`)
  const lambdaName = it.name ?? `${prefix}-${name}`
  return {
    name,
    lambdaName,
    arn: `arn:aws:lambda:${region}:${accountId}:function:${lambdaName}`,
    handler: it.handler,
    memoryMb: it.memorySize ?? provider.memorySize,
    timeoutSeconds: it.timeout ?? provider.timeout,
    reservedConcurrency: it.reservedConcurrency,
    environment: { ...provider.environment, ...it.environment },
    queues: it.events.flatMap((event) =>
      'sqs' in event
        ? {
            queueArn: event.sqs.arn,
            batchSize: event.sqs.batchSize,
            windowSeconds: event.sqs.maximumBatchingWindow,
            maximumConcurrency: event.sqs.maximumConcurrency,
            reportBatchItemFailures: event.sqs.functionResponseType !== undefined,
          }
        : [],
    ),
    schedules: it.events.flatMap((event) =>
      'schedule' in event && event.schedule.enabled
        ? { expression: event.schedule.rate, input: event.schedule.input }
        : [],
    ),
    routes: it.events.flatMap((event) =>
      'httpApi' in event
        ? {
            method: event.httpApi.method.toUpperCase(),
            path: event.httpApi.path,
            authorizer: event.httpApi.authorizer?.type ?? 'none',
          }
        : [],
    ),
  }
}
