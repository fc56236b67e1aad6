import * as z from 'zod'
import { completenessSchema, quoteSchema } from '../../client/rehydration-answers.ts'
import { RETRIEVAL_TIERS } from '../../shared/domain/storage-class.ts'

type ProblemKind = {
  readonly status: number
  readonly when: string
  /** What it has besides the members that every problem may have. */
  readonly members?: z.ZodRawShape
}

const tier = z.enum(RETRIEVAL_TIERS)
const planSchema = z.object({
  tiers: z.object({ GLACIER: tier, DEEP_ARCHIVE: tier }),
  cost: z.object({ atMost: z.number() }),
  expectedBy: z.string(),
  readyBy: z.string(),
})

const requestSchema = z.object({ method: z.string(), path: z.string() })
const completenessShape = { complete: z.boolean(), segments: completenessSchema }
const rehydrate = requestSchema.extend({ body: z.looseObject({}) })

/** Every problem that the API answers, by the name that ends its type. */
export const PROBLEMS: Readonly<Record<string, ProblemKind>> = {
  'invalid-request': {
    status: 400,
    when: 'A field is missing, unknown or wrong; the body is not JSON.',
    members: {
      errors: z.array(z.object({ field: z.string(), expected: z.string(), got: z.string() })),
    },
  },
  'no-identity': { status: 403, when: 'IAM vouches for no caller.' },
  'expedited-not-permitted': { status: 403, when: 'Expedited was asked for on the plain route.' },
  'own-request': { status: 403, when: 'Somebody approves what they asked for.' },
  'unknown-dataset': { status: 404, when: 'There is none of that name, or not for this caller.' },
  'unknown-rehydration': { status: 404, when: 'There is none of that id, or not for this caller.' },
  'unknown-record': {
    status: 404,
    when: 'There is no such record, and the search was complete.',
    members: completenessShape,
  },
  'rehydration-is-over': { status: 409, when: 'It is completed, failed or cancelled.' },
  'not-completed': {
    status: 409,
    when: 'Not all of the rehydration is delivered.',
    members: { rehydrationStatus: z.string(), files: requestSchema },
  },
  'not-awaiting-approval': { status: 409, when: 'It needs no approval.' },
  'awaiting-approval': { status: 409, when: 'What waits for an approval is not extended.' },
  'quote-expired': { status: 409, when: 'The quote has expired, or there is none of that id.' },
  'record-is-cold': {
    status: 409,
    when: 'If the record exists, it is in a segment that must be thawed.',
    members: { ...completenessShape, rehydrate, quote: quoteSchema.optional() },
  },
  'answer-expired': { status: 410, when: 'A delivered file has been removed.' },
  'answer-too-large': {
    status: 422,
    when: 'The records are more than 4 MiB.',
    members: { files: requestSchema },
  },
  'answer-in-a-queue': { status: 422, when: 'The records were sent to a queue.' },
  'answer-in-several-files': {
    status: 422,
    when: 'The records lie in files that cannot be joined.',
    members: { files: requestSchema },
  },
  'idempotency-key-reused': { status: 422, when: 'The key was used for another request.' },
  'over-cap': {
    status: 422,
    when: 'It is more than the guards of its dataset let pass.',
    members: { cap: z.string(), limit: z.number(), asked: z.number(), left: z.number() },
  },
  'cannot-be-met': {
    status: 422,
    when: 'No mix of tiers is there by `readyBy`, or within `maxCostUsd`.',
    members: {
      possible: z.object({
        earliest: planSchema,
        cheapest: planSchema,
        withinCost: planSchema.nullable(),
        inTime: planSchema.nullable(),
        expedited: planSchema.nullable(),
      }),
    },
  },
  'quote-mismatch': {
    status: 422,
    when: 'The request is of something else than the quote that it names.',
    members: { field: z.string() },
  },
  'record-too-large': { status: 422, when: 'The record is more than 4 MiB.', members: { rehydrate } },
  'too-broad': {
    status: 422,
    when: 'The selection takes in too many partitions.',
    members: { limit: z.int() },
  },
  internal: { status: 500, when: 'Something failed inside.' },
  incomplete: {
    status: 503,
    when: 'Nothing was found and not all could be read, or a delivered file is not what was delivered.',
    members: { complete: z.boolean().optional(), segments: completenessSchema.optional() },
  },
}

/** The problem of that name, as it is answered. */
export const problemSchemaOf = (name: string, { status, when, members }: ProblemKind) =>
  z
    .looseObject({
      type: z.literal(`urn:icecore:problem:${name}`),
      title: z.string(),
      status: z.literal(status),
      detail: z.string().optional(),
      ...members,
      requestId: z.string(),
    })
    .meta({ description: when })
