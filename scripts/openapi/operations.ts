import * as z from 'zod'
import {
  datasetSchema,
  datasetsSchema,
  ledgerSchema,
  segmentPageSchema,
} from '../../client/dataset-answers.ts'
import { filesSchema } from '../../client/delivery-calls.ts'
import { versionsSchema } from '../../client/record-calls.ts'
import { quoteSchema, rehydrationPageSchema, rehydrationSchema } from '../../client/rehydration-answers.ts'
import { segmentsQuerySchema } from '../../functions/archive-api/dataset-routes.ts'
import { filesQuerySchema, recordsQuerySchema } from '../../functions/archive-api/delivery-routes.ts'
import { recordQuerySchema } from '../../functions/archive-api/record-routes.ts'
import { listQuerySchema } from '../../functions/archive-api/rehydration-routes.ts'
import { quoteBodySchema, rehydrationBodySchema } from '../../functions/archive-api/request.ts'
import { extensionBodySchema } from '../../functions/archive-api/steering-routes.ts'
import { CONTENT_TYPES } from '../../shared/domain/part-file.ts'

/** One route as it is documented: what it takes, what it answers, and which problems it can answer. */
export type Operation = {
  /** Its name in clients that are generated. */
  readonly id: string
  readonly summary: string
  readonly query?: z.ZodType
  readonly body?: z.ZodType
  readonly takesKey?: boolean
  readonly status?: 202
  /** Of an answer that is JSON. */
  readonly answer?: z.ZodType
  /** Content types of an answer that is bytes, and its headers. */
  readonly bytes?: { readonly types: readonly string[]; readonly headers: readonly string[] }
  readonly problems: readonly string[]
}

const COMPLETENESS_HEADERS = ['icecore-complete', 'icecore-segments']

const rehydrate = (id: string, summary: string, ...problems: readonly string[]): Operation => ({
  id,
  summary,
  body: rehydrationBodySchema,
  takesKey: true,
  status: 202,
  answer: rehydrationSchema,
  problems: [
    'invalid-request',
    'unknown-dataset',
    'too-broad',
    'over-cap',
    'cannot-be-met',
    'idempotency-key-reused',
    'quote-expired',
    'quote-mismatch',
    ...problems,
  ],
})

/** By the route's key, as in function.yml. `no-identity` and `internal` are every route's. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  'GET /openapi.json': {
    id: 'getDocument',
    summary: 'This document',
    answer: z.looseObject({ openapi: z.string() }),
    problems: [],
  },
  'GET /datasets': {
    id: 'listDatasets',
    summary: 'The datasets and their policies',
    answer: datasetsSchema,
    problems: [],
  },
  'GET /datasets/{dataset}': {
    id: 'getDataset',
    summary: 'The policy of a dataset',
    answer: datasetSchema,
    problems: ['unknown-dataset'],
  },
  'GET /datasets/{dataset}/segments': {
    id: 'listSegments',
    summary: 'Its segments and where they are',
    query: segmentsQuerySchema,
    answer: segmentPageSchema,
    problems: ['invalid-request', 'unknown-dataset'],
  },
  'GET /datasets/{dataset}/ledger': {
    id: 'getLedger',
    summary: 'Its books, and whether they balance',
    answer: ledgerSchema,
    problems: ['unknown-dataset'],
  },
  'GET /datasets/{dataset}/records/{id+}': {
    id: 'getRecord',
    summary: 'One record, at once: its bytes, or with all=true every version as JSON',
    query: recordQuerySchema,
    answer: versionsSchema,
    bytes: {
      types: ['application/json', 'text/csv; charset=utf-8; header=absent'],
      headers: [
        'icecore-time',
        'icecore-arrived',
        'icecore-versions',
        'icecore-version',
        'icecore-header',
        ...COMPLETENESS_HEADERS,
      ],
    },
    problems: [
      'invalid-request',
      'unknown-dataset',
      'unknown-record',
      'record-is-cold',
      'record-too-large',
      'too-broad',
      'incomplete',
    ],
  },
  'POST /quotes': {
    id: 'quote',
    summary: 'Price and time of a selection, for each retrieval tier',
    body: quoteBodySchema,
    answer: quoteSchema,
    problems: ['invalid-request', 'unknown-dataset', 'too-broad'],
  },
  'POST /rehydrations': rehydrate('rehydrate', 'Asks for records', 'expedited-not-permitted'),
  'POST /rehydrations/expedited': rehydrate(
    'rehydrateExpedited',
    'Asks for records, and may ask for Expedited',
  ),
  'GET /rehydrations': {
    id: 'listRehydrations',
    summary: 'The rehydrations, newest first',
    query: listQuerySchema,
    answer: rehydrationPageSchema,
    problems: ['invalid-request'],
  },
  'GET /rehydrations/{rehydrationId}': {
    id: 'getRehydration',
    summary: 'How far a rehydration has come',
    answer: rehydrationSchema,
    problems: ['unknown-rehydration'],
  },
  'DELETE /rehydrations/{rehydrationId}': {
    id: 'cancelRehydration',
    summary: 'Cancels it',
    answer: rehydrationSchema,
    problems: ['unknown-rehydration', 'rehydration-is-over'],
  },
  'POST /rehydrations/{rehydrationId}/approval': {
    id: 'approveRehydration',
    summary: 'Lets one go on that is too dear to go on by itself',
    answer: rehydrationSchema,
    problems: [
      'unknown-rehydration',
      'own-request',
      'rehydration-is-over',
      'not-awaiting-approval',
      'over-cap',
    ],
  },
  'POST /rehydrations/{rehydrationId}/extension': {
    id: 'extendRehydration',
    summary: 'Keeps its restored copies for longer',
    body: extensionBodySchema,
    answer: rehydrationSchema,
    problems: [
      'invalid-request',
      'unknown-rehydration',
      'rehydration-is-over',
      'awaiting-approval',
      'too-broad',
      'over-cap',
    ],
  },
  'GET /rehydrations/{rehydrationId}/files': {
    id: 'listFiles',
    summary: 'Its files so far, each with a URL to get it from',
    query: filesQuerySchema,
    answer: filesSchema,
    problems: ['invalid-request', 'unknown-rehydration'],
  },
  'GET /rehydrations/{rehydrationId}/records': {
    id: 'getRehydratedRecords',
    summary: 'Its records, where they are few',
    query: recordsQuerySchema,
    bytes: {
      types: Object.values(CONTENT_TYPES),
      headers: ['icecore-records', ...COMPLETENESS_HEADERS],
    },
    problems: [
      'invalid-request',
      'unknown-rehydration',
      'not-completed',
      'answer-expired',
      'answer-too-large',
      'answer-in-a-queue',
      'answer-in-several-files',
      'incomplete',
    ],
  },
}
