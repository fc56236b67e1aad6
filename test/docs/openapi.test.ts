import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { makeDocument } from '../../scripts/openapi/make-document.ts'
import { OPERATIONS } from '../../scripts/openapi/operations.ts'
import { PROBLEMS } from '../../scripts/openapi/problems.ts'
import { loadDeployment } from '../../simulator/host/deployment/load-deployment.ts'
import { anApi, problem } from '../support/an-api.ts'

const root = join(import.meta.dirname, '../..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

const documentSchema = z.object({
  paths: z.record(z.string(), z.record(z.string(), z.object({ operationId: z.string() }))),
})
const committed = read('docs/openapi.json')
const { paths } = documentSchema.parse(JSON.parse(committed))
const documented = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    route: `${method.toUpperCase()} ${path}`,
    ...operation,
  })),
)

const deployed = loadDeployment(root)
  .functions.flatMap(({ routes }) => routes)
  .map(({ method, path }) => `${method} ${path}`)

/** The status and name of each problem that the API's sources make. */
const madeProblems = (): string[] => {
  const folder = 'functions/archive-api'
  const sources = readdirSync(join(root, folder)).filter((name) => name.endsWith('.ts'))
  return sources.flatMap((name) =>
    [...read(`${folder}/${name}`).matchAll(/new Problem\(\s*(\d+),\s*'([\w-]+)'/g)].map(
      ([, status, problemName]) => `${status} ${problemName}`,
    ),
  )
}

const catalogued = Object.entries(PROBLEMS).map(([name, { status }]) => `${status} ${name}`)

describe('docs/openapi.json', () => {
  test('is what npm run openapi writes', () => {
    expect(JSON.parse(committed)).toEqual(JSON.parse(JSON.stringify(makeDocument())))
  })

  test('has every route that is deployed, and no other', () => {
    expect(deployed.length).toBeGreaterThan(10)
    expect(Object.keys(OPERATIONS).toSorted()).toEqual(deployed.toSorted())
    const withoutPlus = deployed.map((route) => route.replace('+}', '}'))
    expect(documented.map(({ route }) => route).toSorted()).toEqual(withoutPlus.toSorted())
  })

  test('gives each route a name of its own', () => {
    expect(new Set(documented.map(({ operationId }) => operationId)).size).toBe(documented.length)
  })

  test('refers to nothing that it does not have', () => {
    const document = z.object({ components: z.object({ schemas: z.record(z.string(), z.unknown()) }) })
    const { schemas } = document.parse(JSON.parse(committed)).components
    const referred = [...committed.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name)
    expect(referred.length).toBeGreaterThan(20)
    expect(Object.keys(schemas)).toEqual(expect.arrayContaining(referred))
  })

  test('has every problem that the API makes, with its status, and no other', () => {
    // API Gateway knows the routes, so nobody sees this one
    const made = new Set(madeProblems().filter((made) => made !== '404 unknown-route'))
    expect([...made].toSorted()).toEqual(catalogued.toSorted())
  })

  test('has every problem in some route', () => {
    const common = ['no-identity', 'internal']
    const named = new Set([...common, ...Object.values(OPERATIONS).flatMap(({ problems }) => problems)])
    expect([...named].toSorted()).toEqual(Object.keys(PROBLEMS).toSorted())
  })

  test('has the problems that docs/api.md tells of', () => {
    const told = [...read('docs/api.md').matchAll(/^\| (\d{3}) \| `([\w-]+)` \|/gm)]
    expect(told.map(([, status, name]) => `${status} ${name}`).toSorted()).toEqual(catalogued.toSorted())
  })
})

describe('GET /openapi.json', () => {
  test('answers with the document', async () => {
    const { status, headers, body } = await anApi().json('GET /openapi.json')
    expect(status).toBe(200)
    expect(headers).toMatchObject({ 'content-type': 'application/json' })
    expect(body).toEqual(JSON.parse(committed))
  })

  test('is closed to a caller without an identity', async () => {
    const answer = await anApi().json('GET /openapi.json', { caller: null })
    expect(answer).toMatchObject(problem(403, 'no-identity'))
  })
})

test.each(Object.keys(OPERATIONS))('%s is a route that the function answers', async (route) => {
  const { body } = await anApi().json(route, { path: { dataset: 'orders', id: 'x' } })
  expect(body.type).not.toBe('urn:icecore:problem:unknown-route')
})
