import { isUtf8 } from 'node:buffer'
import * as z from 'zod'
import { parseIsoTime } from '../../shared/codec/parse-time.ts'
import { MAX_TIME, MIN_TIME } from '../../shared/domain/partition.ts'
import { MAX_ID_BYTES } from '../../shared/domain/record.ts'
import {
  COMPRESSIONS,
  FORMATS,
  MAX_KEEP_DAYS,
  MAX_SELECTED_ID_BYTES,
  MAX_SELECTED_IDS,
  type RehydrationRequest,
  type Selection,
  withTier,
} from '../../shared/domain/rehydration.ts'
import { RETRIEVAL_TIERS } from '../../shared/domain/storage-class.ts'
import type { QuotedRequest } from '../../shared/domain/stored-quote.ts'
import { ULID_PATTERN } from '../../shared/domain/ulid.ts'
import type { ApiEvent } from './event.ts'
import { filterSchema } from './filter-schema.ts'
import { invalid, Problem } from './problem.ts'

const INSTANT = 'expected an ISO 8601 time such as 2024-03-10T12:00:00Z, or ms since 1970'
const DIGITS = /^-?\d{1,16}$/

/** ISO 8601 text, or ms since 1970 as a number or its digits. */
export const instantSchema = z
  .union([z.string(), z.number()], { error: INSTANT })
  .transform((given, context) => {
    const time =
      typeof given === 'number'
        ? given
        : DIGITS.test(given)
          ? Number(given)
          : (parseIsoTime(given) ?? Number.NaN)
    if (Number.isInteger(time) && time >= MIN_TIME && time <= MAX_TIME) return time
    context.addIssue({ code: 'custom', message: INSTANT })
    return z.NEVER
  })

const idBytes = (id: string): number => Buffer.byteLength(id)

export const idSchema = z
  .string('expected an id')
  .refine(
    (id) => id.isWellFormed() && id !== '' && idBytes(id) <= MAX_ID_BYTES,
    `expected an id of 1 to ${MAX_ID_BYTES} bytes of well-formed Unicode`,
  )

const selectorSchema = z
  .strictObject({ id: idSchema, time: instantSchema.optional() })
  .transform(({ id, time }) => ({ id, time: time ?? null }))

const idsSchema = z
  .array(selectorSchema)
  .min(1, 'expected at least one id')
  .max(MAX_SELECTED_IDS, `expected at most ${MAX_SELECTED_IDS} ids`)
  .refine(
    (ids) => ids.reduce((sum, { id }) => sum + idBytes(id), 0) <= MAX_SELECTED_ID_BYTES,
    `expected at most ${MAX_SELECTED_ID_BYTES} bytes of ids in all`,
  )

const selectedBytes = (ids: readonly { id: string }[], where: unknown): number =>
  ids.reduce((sum, { id }) => sum + idBytes(id), 0) + Buffer.byteLength(JSON.stringify(where))

const EITHER = 'expected either ids, or from and to'

export const selectSchema = z
  .strictObject({
    ids: idsSchema.optional(),
    from: instantSchema.optional(),
    to: instantSchema.optional(),
    where: filterSchema.nullish(),
    limit: z.int('expected a whole number').min(1, 'expected at least 1').nullish(),
  })
  // ids alone are held to it as they are read
  .refine(({ ids = [], where }) => where == null || selectedBytes(ids, where) <= MAX_SELECTED_ID_BYTES, {
    path: ['where'],
    error: `expected at most ${MAX_SELECTED_ID_BYTES} bytes of ids and where in all`,
  })
  .transform(({ ids, from, to, ...rest }, context): Selection => {
    const [where, limit] = [rest.where ?? null, rest.limit ?? null]
    if (ids !== undefined && from === undefined && to === undefined) return { kind: 'ids', ids, where, limit }
    const isRange = ids === undefined && from !== undefined && to !== undefined
    if (isRange && from < to) return { kind: 'range', from, to, where, limit }
    const path = isRange ? ['to'] : []
    context.addIssue({ code: 'custom', path, message: isRange ? 'expected a time after from' : EITHER })
    return z.NEVER
  })

const keepDaysSchema = z
  .int()
  .min(1)
  .max(MAX_KEEP_DAYS)
  .nullish()
  .transform((days) => days ?? null)

const MAX_COLUMNS = 100

/** Which columns a dataset has is looked at later. */
const columnsSchema = z
  .array(z.string('expected the name of a column'))
  .min(1, 'expected at least one column')
  .max(MAX_COLUMNS, `expected at most ${MAX_COLUMNS} columns`)
  .refine((names) => new Set(names).size === names.length, 'expected each column once')
  .nullish()
  .transform((columns) => columns ?? null)

const formatSchema = z.enum(FORMATS).default('ndjson')
const compressionSchema = z.enum(COMPRESSIONS).default('none')

const isPackedOnce = ({ format, compression }: { format: string; compression: string }): boolean =>
  format !== 'parquet' || compression === 'none'
const PACKED_TWICE = {
  path: ['compression'],
  error: 'expected none for parquet, which compresses by itself',
}

/** Body of `POST /quotes`: what a rehydration would be asked for with, but for how fast. */
export const quoteBodySchema = z
  .strictObject({
    dataset: z.string('expected the name of a dataset'),
    select: selectSchema,
    destination: z.string('expected the name of a destination').nullish(),
    format: formatSchema,
    compression: compressionSchema,
    columns: columnsSchema,
    keepDays: keepDaysSchema,
  })
  .refine(isPackedOnce, PACKED_TWICE)
  .transform(
    ({ select, destination, ...rest }): QuotedRequest => ({
      ...rest,
      destination: destination ?? null,
      selection: select,
    }),
  )

/** Body of `POST /rehydrations`. */
export const rehydrationBodySchema = z
  .strictObject({
    dataset: z.string('expected the name of a dataset'),
    select: selectSchema,
    tier: z.enum(RETRIEVAL_TIERS).optional(),
    readyBy: instantSchema.nullish(),
    maxCostUsd: z.number().min(0, 'expected no less than 0').nullish(),
    quoteId: z.string().regex(ULID_PATTERN, 'expected the id of a quote').nullish(),
    destination: z.string('expected the name of a destination'),
    format: formatSchema,
    compression: compressionSchema,
    columns: columnsSchema,
    keepDays: keepDaysSchema,
  })
  .refine(isPackedOnce, PACKED_TWICE)
  .refine(({ tier, readyBy, maxCostUsd }) => tier === undefined || (readyBy == null && maxCostUsd == null), {
    path: ['tier'],
    error: 'expected none: readyBy and maxCostUsd settle it',
  })
  .transform(({ select, tier, readyBy, maxCostUsd, quoteId, ...rest }): RehydrationRequest => {
    const hasWish = readyBy != null || maxCostUsd != null
    const urgency = withTier(tier ?? 'Standard')
    return {
      ...rest,
      ...urgency,
      ...(hasWish && { tier: null, readyBy: readyBy ?? null, maxCostUsd: maxCostUsd ?? null }),
      quoteId: quoteId ?? null,
      selection: select,
    }
  })

/** The body of a request as JSON. Its text is never logged, nor shown in an error. */
export const jsonBody = ({ body, isBase64Encoded }: ApiEvent): unknown => {
  const bytes = isBase64Encoded ? Buffer.from(body ?? '', 'base64') : undefined
  const text = bytes?.toString('utf8') ?? body ?? ''
  try {
    // other bytes would become replacement characters, and an id another one
    if (bytes !== undefined && !isUtf8(bytes)) throw new SyntaxError('not UTF-8')
    return JSON.parse(text)
  } catch (error) {
    throw new Problem(400, 'invalid-request', 'The body is not JSON', {
      errors: [
        { field: '(whole)', expected: 'a JSON document', got: `${text.length} characters that are none` },
      ],
      detail:
        error instanceof SyntaxError ? 'it ends too early or has a character that JSON does not allow' : '',
    })
  }
}

/** The query's parameters; one that is given twice is an error. */
export const queryOf = ({ rawQueryString }: ApiEvent): Record<string, string> => {
  const values = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(rawQueryString)) {
    if (values.has(name)) throw invalid([{ field: name || '(whole)', expected: 'one value', got: 'several' }])
    values.set(name, value)
  }
  return Object.fromEntries(values)
}

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/

export const idempotencyKeyOf = ({ headers }: ApiEvent): string | null => {
  const header = Object.entries(headers).find(([name]) => name.toLowerCase() === 'idempotency-key')
  if (header === undefined) return null
  if (IDEMPOTENCY_KEY.test(header[1])) return header[1]
  const expected = '1 to 255 visible ASCII characters'
  throw invalid([{ field: 'Idempotency-Key', expected, got: `${header[1].length} characters` }])
}

/** An opaque token for the place where a page ended. */
export const encodeNext = (position: unknown): string =>
  Buffer.from(JSON.stringify(position)).toString('base64url')

/** A schema of `next` tokens, whose content is that of another schema. */
export const nextSchema = <Position>(position: z.ZodType<Position>) =>
  z.string().transform((token, context): Position => {
    try {
      return position.parse(JSON.parse(Buffer.from(token, 'base64url').toString('utf8')))
    } catch (error) {
      const message = 'expected the next of an earlier answer, unchanged'
      context.addIssue({ code: 'custom', message, params: { reason: String(error) } })
      return z.NEVER
    }
  })

export const limitSchema = (most: number, usual: number) =>
  z
    .string()
    .regex(/^[1-9]\d{0,5}$/, `expected a number from 1 to ${most}`)
    .transform(Number)
    .refine((limit) => limit <= most, `expected a number from 1 to ${most}`)
    .optional()
    .transform((limit) => limit ?? usual)
    .meta({ minimum: 1, maximum: most, description: `${usual} unless given` })
