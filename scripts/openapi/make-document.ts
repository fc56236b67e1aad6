import * as z from 'zod'
import {
  type CreateDocumentOptions,
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi'
import { datasetSchema, ledgerSchema, segmentSchema } from '../../client/dataset-answers.ts'
import {
  completenessSchema,
  lineSchema,
  quoteSchema,
  rehydrationSchema,
} from '../../client/rehydration-answers.ts'
import { hasEtag } from '../../functions/archive-api/conditional.ts'
import { filterSchema } from '../../functions/archive-api/filter-schema.ts'
import { instantSchema, selectSchema } from '../../functions/archive-api/request.ts'
import { FILTER_SCHEMA } from './filter.ts'
import { OPERATIONS, type Operation } from './operations.ts'
import { PROBLEMS, problemSchemaOf } from './problems.ts'

const problems = new Map(Object.entries(PROBLEMS).map(([name, kind]) => [name, problemSchemaOf(name, kind)]))

/** `RecordIsCold` of `record-is-cold`. */
const componentNameOf = (problem: string): string =>
  problem.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())

const problemNamed = (name: string) => {
  const schema = problems.get(name)
  if (schema === undefined) throw new Error(`${name} is no problem of the API`)
  return schema
}

const gatewaySchema = z.object({ message: z.string() })

const problemsOf = (operation: Operation): ZodOpenApiResponsesObject => {
  const names = [...operation.problems, 'no-identity', 'internal']
  const byStatus = Map.groupBy(names, (name) => PROBLEMS[name]?.status ?? 500)
  return Object.fromEntries(
    [...byStatus].map(([status, named]) => [
      `${status}` as const,
      {
        description: named.map((name) => `\`${name}\`: ${PROBLEMS[name]?.when}`).join('\n\n'),
        content: {
          'application/problem+json': {
            schema: named.length === 1 ? problemNamed(named.join('')) : z.union(named.map(problemNamed)),
          },
          // API Gateway's own, for what never reached icecore
          ...(status === 403 && { 'application/json': { schema: gatewaySchema } }),
        },
      },
    ]),
  )
}

const contentOf = ({ answer, bytes }: Operation) => ({
  ...(answer && { 'application/json': { schema: answer } }),
  // a record is any JSON
  ...Object.fromEntries((bytes?.types ?? []).map((type) => [type, { schema: {} }])),
})

const headersOf = (key: string, { bytes, status }: Operation) => ({
  ...(hasEtag(key) && { etag: { schema: { type: 'string' as const } } }),
  ...Object.fromEntries(
    (bytes?.headers ?? []).map((name) => [name, { schema: { type: 'string' as const } }]),
  ),
  ...(status === 202 && { location: { schema: { type: 'string' as const } } }),
})

const PATH_PARAMETER = /\{(\w+)\+?\}/g

const pathSchemaOf = (path: string) =>
  z.object(Object.fromEntries([...path.matchAll(PATH_PARAMETER)].map(([, name = '']) => [name, z.string()])))

const keyHeaderSchema = z.object({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/)
    .optional()
    .meta({ description: 'The same key, caller and request are the same rehydration for ever.' }),
})

const tagHeaderSchema = z.object({
  'if-none-match': z.string().optional().meta({ description: 'The ETag of an answer that the caller has.' }),
})

const documented = (key: string, path: string, operation: Operation): ZodOpenApiOperationObject => ({
  operationId: operation.id,
  summary: operation.summary,
  requestParams: {
    path: pathSchemaOf(path),
    ...(operation.query instanceof z.ZodObject && { query: operation.query }),
    ...(operation.takesKey === true && { header: keyHeaderSchema }),
    ...(hasEtag(key) && { header: tagHeaderSchema }),
  },
  ...(operation.body && {
    requestBody: { required: true, content: { 'application/json': { schema: operation.body } } },
  }),
  responses: {
    [`${operation.status ?? 200}` as const]: {
      description: operation.summary,
      ...(Object.keys(headersOf(key, operation)).length > 0 && { headers: headersOf(key, operation) }),
      content: contentOf(operation),
    },
    ...(hasEtag(key) && { 304: { description: 'It is what the caller has: it still bears that ETag.' } }),
    ...problemsOf(operation),
  },
})

/** OpenAPI has no parameters that take in slashes. */
const documentedPath = (path: string): string => path.replace('+}', '}')

const paths = () => {
  const found: Record<string, Record<string, ZodOpenApiOperationObject>> = {}
  for (const [key, operation] of Object.entries(OPERATIONS)) {
    const [method = '', path = ''] = key.split(' ')
    found[documentedPath(path)] = {
      ...found[documentedPath(path)],
      [method.toLowerCase()]: documented(key, path, operation),
    }
  }
  return found
}

const INSTANT = 'ISO 8601, or ms since 1970.'
const EITHER = 'Either ids, or from (inclusive) and to (not).'

const override: CreateDocumentOptions['override'] = ({ zodSchema, jsonSchema, io }) => {
  const schema: unknown = zodSchema
  if (schema === filterSchema) Object.assign(jsonSchema, FILTER_SCHEMA)
  if (schema === instantSchema) jsonSchema.description = INSTANT
  if (schema === selectSchema) {
    jsonSchema.description = EITHER
    jsonSchema.oneOf = [{ required: ['ids'] }, { required: ['from', 'to'] }]
  }
  // what comes as text in a query and is a number
  if (jsonSchema.type === 'string' && jsonSchema.maximum !== undefined) {
    jsonSchema.type = 'integer'
    delete jsonSchema.pattern
  }
  // any integer that JSON holds exactly needs no bounds
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
  // an answer may get more members; a request may not have others
  if (io === 'output') delete jsonSchema.additionalProperties
}

/** The HTTP API as OpenAPI 3.1, from the schemas that requests are held to and those that the client reads answers with. */
export const makeDocument = () =>
  createDocument(
    {
      openapi: '3.1.0',
      info: {
        title: 'icecore',
        version: '1',
        description: 'What is archived, what it costs to have it back, and rehydrations.',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: '.', description: 'Where this document is served' }],
      security: [{ iam: [] }],
      paths: paths(),
      components: {
        schemas: {
          Instant: instantSchema,
          Filter: filterSchema,
          Select: selectSchema,
          Completeness: completenessSchema,
          Dataset: datasetSchema,
          Segment: segmentSchema,
          Ledger: ledgerSchema,
          Quote: quoteSchema,
          RehydrationLine: lineSchema,
          Rehydration: rehydrationSchema,
          GatewayMessage: gatewaySchema,
          ...Object.fromEntries([...problems].map(([name, schema]) => [componentNameOf(name), schema])),
        },
        securitySchemes: {
          iam: {
            type: 'apiKey',
            name: 'Authorization',
            in: 'header',
            description: 'AWS Signature Version 4, of the service execute-api.',
            'x-amazon-apigateway-authtype': 'awsSigv4',
          },
        },
      },
    },
    { override },
  )
