import * as z from 'zod'
import type { Ask } from './ask.ts'
import { pathOf } from './dataset-calls.ts'
import { UnexpectedAnswer } from './failures.ts'
import { completenessSchema } from './rehydration-answers.ts'
import type { CallOptions, Instant } from './requests.ts'
import type { Send } from './send.ts'

/** One record: the exact bytes of its body, and what is known of it. */
export type RecordAnswer = {
  readonly body: Uint8Array
  readonly contentType: string
  readonly time: string
  readonly arrived: string
  /** How many versions were found; this is the current one. */
  readonly versions: number
  readonly version: string | null
  /** The header line of its CSV file. */
  readonly header: string | null
  /** False when a segment that may hold the record, or a newer version, was not read. */
  readonly complete: boolean
}

export const versionsSchema = z.object({
  complete: z.boolean(),
  segments: completenessSchema,
  versions: z.array(
    z.object({
      time: z.string(),
      arrived: z.string(),
      version: z.string().nullable(),
      header: z.string().nullable(),
      body: z.string(),
    }),
  ),
})
/** Every version of a record, the current one last. */
export type VersionsAnswer = z.infer<typeof versionsSchema>

export type RecordOptions = CallOptions & {
  /** Of the record: then one partition is looked at, and not all. */
  readonly time?: Instant
}

export type RecordCalls = {
  /** The current version of a record. Throws `ApiProblem`: `unknown-record`, `record-is-cold`, `record-too-large`. */
  record(dataset: string, id: string, options?: RecordOptions): Promise<RecordAnswer>
  versions(dataset: string, id: string, options?: RecordOptions): Promise<VersionsAnswer>
}

const headersSchema = z.object({
  contentType: z.string(),
  time: z.string(),
  arrived: z.string(),
  versions: z.coerce.number().int(),
  version: z
    .string()
    .nullable()
    .transform((text) => text && decodeURIComponent(text)),
  header: z
    .string()
    .nullable()
    .transform((text) => text && decodeURIComponent(text)),
  complete: z.enum(['true', 'false']).transform((text) => text === 'true'),
})

const readHeaders = (headers: Headers) => {
  const parsed = headersSchema.safeParse({
    contentType: headers.get('content-type'),
    time: headers.get('icecore-time'),
    arrived: headers.get('icecore-arrived'),
    versions: headers.get('icecore-versions'),
    version: headers.get('icecore-version'),
    header: headers.get('icecore-header'),
    complete: headers.get('icecore-complete'),
  })
  if (parsed.success) return parsed.data
  throw new UnexpectedAnswer('the answer lacks a header of a record', { cause: parsed.error })
}

export const makeRecordCalls = ({ ask, send }: { ask: Ask; send: Send }): RecordCalls => {
  // in the query, which takes every id; the path does not
  const callOf = (dataset: string, id: string, { time, signal }: RecordOptions) =>
    ({
      method: 'GET',
      path: pathOf('datasets', dataset, 'records', 'by-id'),
      query: { id, time },
      repeatable: true,
      signal,
    }) as const
  return {
    record: async (dataset, id, options = {}) => {
      const { headers, bytes } = await send(callOf(dataset, id, options))
      return { body: bytes, ...readHeaders(headers) }
    },
    versions: (dataset, id, options = {}) => {
      const call = callOf(dataset, id, options)
      return ask(versionsSchema, { ...call, query: { ...call.query, all: 'true' } })
    },
  }
}
