import * as z from 'zod'
import { type Completeness, isComplete } from '../../shared/domain/completeness.ts'
import type { ArchiveRecord } from '../../shared/domain/record.ts'
import type { RecordSelector } from '../../shared/domain/rehydration.ts'
import { type FindDeps, findRecord } from '../../shared/use-cases/find-record.ts'
import { type QuoteDeps, quote } from '../../shared/use-cases/quote.ts'
import { completenessHeaders, presentCompleteness, presentQuote } from './present.ts'
import { Problem, parsePart, tooBroad } from './problem.ts'
import { idSchema, instantSchema, queryOf } from './request.ts'
import { type ApiResponse, bytes, json, MAX_ANSWER_BYTES } from './respond.ts'
import { type Access, datasetFor, type Routes } from './routes.ts'

export const recordQuerySchema = z.strictObject({
  id: idSchema.optional(),
  time: instantSchema.optional(),
  all: z.enum(['true', 'false']).default('false'),
})

const iso = (time: number) => new Date(time).toISOString()

/** The body of a rehydration that would bring what could not be read, on this quote where there is one. */
const rehydrationOf = (dataset: string, { id, time }: RecordSelector, quoteId?: string) => ({
  method: 'POST',
  path: '/rehydrations',
  body: {
    dataset,
    select: { ids: [time === null ? { id } : { id, time: iso(time) }] },
    ...(quoteId !== undefined && { quoteId }),
    destination: '(the name of a destination)',
  },
})

/** What is asked for besides the record itself: as usual, to any place in the bucket. */
const USUAL = {
  destination: null,
  format: 'ndjson',
  compression: 'none',
  columns: null,
  keepDays: null,
} as const

const isCold = async (
  deps: QuoteDeps,
  dataset: string,
  selector: RecordSelector,
  completeness: Completeness,
): Promise<Problem> => {
  const selection = { kind: 'ids', ids: [selector], where: null, limit: null } as const
  const quoted = await quote(deps)({ dataset, selection, ...USUAL })
  const offer =
    quoted.kind === 'quoted'
      ? { quote: presentQuote(dataset, quoted), rehydrate: rehydrationOf(dataset, selector, quoted.id) }
      : { rehydrate: rehydrationOf(dataset, selector) }
  return new Problem(409, 'record-is-cold', 'If the record exists, it is in a segment that must be thawed', {
    ...presentCompleteness(completeness),
    detail:
      'quote is what that costs and when it is there: rehydrate accepts it, with the tier of your choice',
    ...offer,
  })
}

const notAnswered = async (
  deps: QuoteDeps,
  dataset: string,
  selector: RecordSelector,
  completeness: Completeness,
): Promise<Problem> => {
  const found = presentCompleteness(completeness)
  if (isComplete(completeness))
    return new Problem(404, 'unknown-record', 'There is no such record in the archive', found)
  if (completeness.cold > 0) return isCold(deps, dataset, selector, completeness)
  return new Problem(503, 'incomplete', 'Segments that may hold the record could not be read', found)
}

const answerOne = (record: ArchiveRecord, versions: number, completeness: Completeness): ApiResponse =>
  bytes(
    Buffer.from(record.body),
    record.header === null ? 'application/json' : 'text/csv; charset=utf-8; header=absent',
    {
      'icecore-time': iso(record.time),
      'icecore-arrived': iso(record.arrived),
      'icecore-versions': String(versions),
      // header values hold ASCII only
      ...(record.version !== null && { 'icecore-version': encodeURIComponent(record.version) }),
      ...(record.header !== null && { 'icecore-header': encodeURIComponent(record.header) }),
      ...completenessHeaders(completeness),
    },
  )

const answerAll = (records: readonly ArchiveRecord[], completeness: Completeness): ApiResponse =>
  json(
    200,
    {
      ...presentCompleteness(completeness),
      versions: records.map(({ time, arrived, version, header, body }) => ({
        time: iso(time),
        arrived: iso(arrived),
        version,
        header,
        body,
      })),
    },
    completenessHeaders(completeness),
  )

/** What of a record goes into an answer; a JSON string may be six times as long as its text. */
const sizeOf = (record: ArchiveRecord, asJson: boolean): number =>
  asJson
    ? Buffer.byteLength(JSON.stringify([record.body, record.header, record.version]))
    : Buffer.byteLength(record.body)

export const recordRoutes = (deps: Access & FindDeps & QuoteDeps): Routes => {
  const find = findRecord(deps)
  return {
    'GET /datasets/{dataset}/records/{id+}': async ({ event, caller }) => {
      const { name } = datasetFor(deps, caller, event.pathParameters.dataset)
      const query = parsePart(recordQuerySchema, queryOf(event))
      const { id } = parsePart(z.object({ id: idSchema }), { id: query.id ?? event.pathParameters.id })
      const selector = { id, time: query.time ?? null }
      const found = await find(name, selector)
      if (found.kind === 'too-broad') throw tooBroad(found.limit, found.hint)
      const { records, completeness } = found
      const current = records.at(-1)
      if (current === undefined) throw await notAnswered(deps, name, selector, completeness)
      const all = query.all === 'true'
      const size = (all ? records : [current]).reduce((sum, record) => sum + sizeOf(record, all), 0)
      if (size > MAX_ANSWER_BYTES)
        throw new Problem(422, 'record-too-large', 'The record is too large for this route', {
          detail: `${size} bytes, more than ${MAX_ANSWER_BYTES}: ask for a rehydration`,
          rehydrate: rehydrationOf(name, selector),
        })
      return all ? answerAll(records, completeness) : answerOne(current, records.length, completeness)
    },
  }
}
