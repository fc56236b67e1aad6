import { expect } from 'vitest'
import * as z from 'zod'
import { OPERATIONS } from '../../scripts/openapi/operations.ts'
import { PROBLEMS, problemSchemaOf } from '../../scripts/openapi/problems.ts'

const namedSchema = z.object({ type: z.string().startsWith('urn:icecore:problem:') })

/** Holds a JSON answer of a route to the OpenAPI document: all that is documented is there, and nothing else is. */
export const expectDocumented = (routeKey: string, status: number, body: unknown): void => {
  const operation = OPERATIONS[routeKey]
  // a route that is not there
  if (operation === undefined || !Object.hasOwn(OPERATIONS, routeKey)) return
  if (status < 400) {
    expect(status, routeKey).toBe(operation.status ?? 200)
    if (operation.answer !== undefined) expect(operation.answer.parse(body), routeKey).toEqual(body)
    return
  }
  const name = namedSchema.parse(body).type.replace('urn:icecore:problem:', '')
  expect([...operation.problems, 'no-identity', 'internal'], routeKey).toContain(name)
  const kind = PROBLEMS[name]
  if (kind === undefined) throw new Error(`${name} is not documented`)
  problemSchemaOf(name, kind).parse(body)
}
