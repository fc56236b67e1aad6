import * as z from 'zod'

const bucket = z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'expected a bucket name')
const count = z.string().regex(/^[1-9]\d{0,14}$/, 'expected a whole number above 0')
const queueUrl = z.url('expected a queue URL')

const variables = {
  STAGE: z.string().min(1),
  CATALOG_TABLE: z.string().min(3),
  ACCOUNT_ID: z.string().regex(/^\d{12}$/, 'expected the 12 digits of an AWS account'),
  ARCHIVE_BUCKET: bucket,
  HOT_BUCKET: bucket,
  REHYDRATED_BUCKET: bucket,
  RECORDS_QUEUE_URL: queueUrl,
  OBJECTS_QUEUE_URL: queueUrl,
  SEAL_QUEUE_URL: queueUrl,
  EXPIRE_QUEUE_URL: queueUrl,
  THAW_QUEUE_URL: queueUrl,
  HYDRATE_QUEUE_URL: queueUrl,
  AUDIT_PARTITIONS: count,
  AUDIT_SEGMENTS: count,
  AUDIT_COMPARE_EVERY_HOURS: count,
  AUDIT_READ_EVERY_HOURS: count,
  AUDIT_BYTES: count,
  THAWS_PER_SECOND: count,
  THAW_JOBS_ROLE_ARN: z
    .string()
    .regex(/^arn:[a-z-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/, 'expected the ARN of a role'),
  JWT_ISSUER: z.union([z.literal(''), z.url({ protocol: /^https$/ })], 'expected an https URL, or nothing'),
  QUEUE_PREFIX: z.string().regex(/^[a-z0-9-]+-$/, 'expected the beginning of a queue’s name'),
}

type Name = keyof typeof variables

/** The named environment variables of this function; an error names each that is missing or malformed. */
export const readEnv = <Wanted extends Name>(...names: readonly Wanted[]): Record<Wanted, string> => {
  const mistakes: string[] = []
  const values = names.map((name) => {
    const parsed = variables[name].safeParse(process.env[name])
    if (!parsed.success)
      mistakes.push(`${name}: ${parsed.error.issues.map(({ message }) => message).join(', ')}`)
    return [name, parsed.data]
  })
  if (mistakes.length > 0) throw new Error(`environment has mistakes: ${mistakes.join('; ')}`)
  // Object.fromEntries forgets which keys it was given; each was parsed as text above
  return Object.fromEntries(values) as Record<Wanted, string>
}

const QUEUE_ARN = /^arn:[a-z-]+:sqs:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,75}(?:\.fifo)?$/

/** A queue's ARN as a destination gives it: by itself, or as the name of the environment variable that holds it. */
export const readQueueArn = (queue: string): string => {
  const arn = queue.startsWith('arn:') ? queue : (process.env[queue] ?? '')
  if (QUEUE_ARN.test(arn)) return arn
  throw new Error(`environment has mistakes: ${queue}: expected the ARN of an SQS queue`)
}
