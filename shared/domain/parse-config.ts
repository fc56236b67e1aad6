import * as z from 'zod'
import { type Destination, type IcecoreConfig, INLINE } from './config.ts'
import type { ClassSteps } from './dataset.ts'
import { type Dataset, type FieldPath, OWN_COLUMNS, PROMOTED_TYPES } from './dataset.ts'
import { DAY, HOUR, MINUTE, parseDuration } from './duration.ts'
import { NO_GUARDS } from './guards.ts'
import { guards, overrideGuards } from './parse-guards.ts'
import { PARTITION_UNITS } from './partition.ts'
import { isColder, LIFECYCLE_CLASSES, STORAGE_CLASSES } from './storage-class.ts'

const MiB = 2 ** 20

const name = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,62}$/, 'expected 1 to 63 of a-z, 0-9 and -, starting with a letter')

const duration = z.string().transform((text, context) => {
  const ms = parseDuration(text)
  if (ms !== undefined) return ms
  context.addIssue({
    code: 'custom',
    message: `expected a duration such as 90d or 12h, got ${JSON.stringify(text)}`,
  })
  return z.NEVER
})

const key = z.string().min(1, 'expected at least one character')

/** `'properties.time'`, or `['a.b', 'c']` where a key itself holds a dot. */
const path = z.union([key.transform((dotted): FieldPath => dotted.split('.')), z.array(key).min(1)])

const promoted = z
  .array(
    z.strictObject({
      name: z.string().regex(/^[a-z][a-z0-9_]{0,62}$/, 'expected a lower-case column name'),
      path,
      type: z.enum(PROMOTED_TYPES),
    }),
  )
  .max(64)
  .superRefine((columns, context) => {
    columns.forEach((column, index) => {
      const clash =
        OWN_COLUMNS.some((own) => own === column.name) ||
        columns.findIndex((other) => other.name === column.name) < index
      if (clash)
        context.addIssue({
          code: 'custom',
          path: [index, 'name'],
          message: `${column.name} is already a column`,
        })
    })
  })

const classStep = z.strictObject({ after: duration, storageClass: z.enum(STORAGE_CLASSES) })

const classes = z.tuple([classStep], classStep).superRefine((steps, context) => {
  if (steps[0].after !== 0)
    context.addIssue({
      code: 'custom',
      path: [0, 'after'],
      message: 'expected 0d: the first class is that of new data',
    })
  steps.forEach((step, index) => {
    const before = steps[index - 1]
    if (before === undefined) return
    if (step.after <= before.after)
      context.addIssue({
        code: 'custom',
        path: [index, 'after'],
        message: 'expected a later age than the step before',
      })
    if (!LIFECYCLE_CLASSES.includes(step.storageClass))
      context.addIssue({
        code: 'custom',
        path: [index, 'storageClass'],
        message: `expected one of ${LIFECYCLE_CLASSES.join(', ')}, to which lifecycle moves segments, got ${step.storageClass}`,
      })
    if (!isColder(step.storageClass, before.storageClass))
      context.addIssue({
        code: 'custom',
        path: [index, 'storageClass'],
        message: `expected a colder class than ${before.storageClass}: S3 lifecycle never moves upward, got ${step.storageClass}`,
      })
  })
})

const prefix = z
  .string()
  .max(200)
  .regex(/^((?!\.+\/)[A-Za-z0-9._-]+\/)*$/, 'expected folders such as orders/ ending in a slash')

const REPLAY_QUEUE =
  /^(?:arn:[a-z-]+:sqs:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,75}(?:\.fifo)?|[A-Z][A-Z0-9_]{0,62})$/
/** Ten are sent at a time and each ten are noted before the next: faster than this they do not come. */
const MAX_PER_SECOND = 1000

const SHORTEST_QUOTE = MINUTE
const LONGEST_QUOTE = 7 * DAY

/** Of a dataset that says nothing else. */
export const DEFAULT_CLASSES: ClassSteps = [
  { after: 0, storageClass: 'STANDARD' },
  { after: 30 * DAY, storageClass: 'GLACIER_IR' },
  { after: 180 * DAY, storageClass: 'DEEP_ARCHIVE' },
]
export const DEFAULT_SEAL: Dataset['seal'] = { after: HOUR, targetBytes: 128_000_000 }

const datasetSchema = z.strictObject({
  id: path,
  time: z.strictObject({ path, unit: z.enum(['iso', 'ms', 's']).default('iso') }),
  version: path.nullable().default(null),
  partition: z.enum(PARTITION_UNITS).default('day'),
  promoted: promoted.default([]),
  classes: classes.default([...DEFAULT_CLASSES]),
  retention: duration.nullable().default(null),
  seal: z
    .strictObject({
      after: duration.default(DEFAULT_SEAL.after),
      targetBytes: z
        .int()
        .min(MiB)
        // above 250 MB an Expedited retrieval takes longer than its 1 to 5 minutes
        .max(250_000_000)
        .default(DEFAULT_SEAL.targetBytes),
    })
    .prefault({}),
  limits: z
    .strictObject({
      maxBodyBytes: z
        .int()
        .min(1)
        .max(256 * MiB)
        .default(16 * MiB),
      maxFuture: duration.default(DAY),
    })
    .prefault({}),
  guards,
  hotPrefix: prefix.optional(),
})

const destinationSchema = z.union(
  [
    z.strictObject({ prefix }),
    z.strictObject({
      queue: z
        .string()
        .regex(
          REPLAY_QUEUE,
          'expected the ARN of an SQS queue, or the name of an environment variable that holds it',
        ),
      perSecond: z.int().min(1).max(MAX_PER_SECOND),
    }),
  ],
  { error: 'expected { prefix } or { queue, perSecond }' },
)

const configSchema = z.strictObject({
  datasets: z.record(name, datasetSchema),
  destinations: z
    .record(name, destinationSchema)
    .refine((declared) => !Object.hasOwn(declared, INLINE.name), {
      path: [INLINE.name],
      error: 'there is always a destination of this name: expected another one',
    })
    .default({}),
  guards,
  batchThawsAbove: z.int().nonnegative('expected a number of segments, 0 or more').nullable().default(10_000),
  canary: z.strictObject({ dataset: name, destination: name }).exactOptional(),
  quotes: z
    .strictObject({
      validFor: duration.refine(
        (ms) => SHORTEST_QUOTE <= ms && ms <= LONGEST_QUOTE,
        'expected from 1m to 7d: what is thawed later may cost more',
      ),
    })
    .exactOptional(),
})

/** What `icecore.config.ts` exports: durations as text, paths dotted. */
export type ConfigInput = z.input<typeof configSchema>

/** A mistake in the configuration; its message names each field. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

const describe = (issue: z.core.$ZodIssue): string[] => {
  const line = (path: readonly PropertyKey[], message: string) =>
    `  ${path.map(String).join('.') || '(top level)'}: ${message}`
  return issue.code === 'unrecognized_keys'
    ? issue.keys.map((key) => line([...issue.path, key], 'there is no such field'))
    : [line(issue.path, issue.message)]
}

/** Class steps as they stand in the configuration; `ConfigError` names what is wrong with them. */
export const parseClasses = (steps: unknown): ClassSteps => {
  const parsed = classes.safeParse(steps)
  if (parsed.success) return parsed.data
  throw new ConfigError(parsed.error.issues.flatMap(describe).join('\n'))
}

const overlap = (datasets: readonly Dataset[]): string[] =>
  datasets.flatMap((one, index) =>
    datasets
      .slice(index + 1)
      .filter(
        (other) => one.hotPrefix.startsWith(other.hotPrefix) || other.hotPrefix.startsWith(one.hotPrefix),
      )
      .map(
        (other) => `  datasets.${other.name}.hotPrefix: overlaps with that of ${one.name}, ${one.hotPrefix}`,
      ),
  )

/** A canary must be able to go the whole way, and to be gone some day. */
const canaryMistakes = ({ datasets, destinations, canary }: IcecoreConfig): string[] => {
  if (canary === undefined) return []
  const dataset = datasets.get(canary.dataset)
  const mistakes: string[] = []
  if (dataset === undefined) mistakes.push(`  canary.dataset: there is no dataset ${canary.dataset}`)
  else {
    if (dataset.retention === null)
      mistakes.push(`  canary.dataset: expected a dataset with a retention, and ${dataset.name} has none`)
    if (dataset.id[0] === dataset.time.path[0])
      mistakes.push(`  canary.dataset: expected id and time of ${dataset.name} to lie apart`)
  }
  const destination = destinations.get(canary.destination)
  if (destination === undefined)
    mistakes.push(`  canary.destination: there is no destination ${canary.destination}`)
  else if (destination.replay !== undefined)
    mistakes.push(`  canary.destination: expected one with a prefix, and ${canary.destination} is a queue`)
  return mistakes
}

/** Parses a configuration, or throws a ConfigError that names every wrong field. */
export const parseConfig = (input: unknown): IcecoreConfig => {
  const parsed = configSchema.safeParse(input)
  if (!parsed.success)
    throw new ConfigError(
      `icecore.config.ts has mistakes\n${parsed.error.issues.flatMap(describe).join('\n')}`,
    )
  const shared = overrideGuards(parsed.data.guards, NO_GUARDS)
  const datasets = Object.entries(parsed.data.datasets).map(
    ([datasetName, dataset]): Dataset => ({
      ...dataset,
      name: datasetName,
      guards: overrideGuards(dataset.guards, shared),
      hotPrefix: dataset.hotPrefix ?? `${datasetName}/`,
    }),
  )
  const clashes = overlap(datasets)
  if (clashes.length > 0) throw new ConfigError(`icecore.config.ts has mistakes\n${clashes.join('\n')}`)
  const destinations = Object.entries(parsed.data.destinations).map(
    ([destinationName, destination]): Destination =>
      'prefix' in destination
        ? { name: destinationName, prefix: destination.prefix }
        : { name: destinationName, prefix: `replays/${destinationName}/`, replay: destination },
  )
  const { canary, batchThawsAbove, quotes } = parsed.data
  const config = {
    datasets: new Map(datasets.map((dataset) => [dataset.name, dataset])),
    destinations: new Map([...destinations, INLINE].map((destination) => [destination.name, destination])),
    batchThawsAbove,
    ...(canary !== undefined && { canary }),
    ...(quotes !== undefined && { quotes }),
  }
  const mistakes = canaryMistakes(config)
  if (mistakes.length > 0) throw new ConfigError(`icecore.config.ts has mistakes\n${mistakes.join('\n')}`)
  return config
}

/** Types the configuration where it is written, and checks it where it is imported. */
export const defineConfig = (input: ConfigInput): IcecoreConfig => parseConfig(input)
