import { globSync, readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anApi, problem, RECORD, REQUEST } from '../support/an-api.ts'
import { aRecord } from '../support/builders.ts'
import { HOSTILE_NAMES, holds, hostileJson, hostileName, MARK, mutated, unpolluted } from './fuzzing.ts'

const ROUTES = [
  'GET /datasets',
  'GET /datasets/{dataset}',
  'GET /datasets/{dataset}/segments',
  'GET /datasets/{dataset}/ledger',
  RECORD,
  'POST /quotes',
  'POST /rehydrations',
  'GET /rehydrations',
  'GET /rehydrations/{rehydrationId}',
  'GET /rehydrations/{rehydrationId}/files',
  'GET /rehydrations/{rehydrationId}/records',
] as const

/** A signature of S3's, in whichever version and case. */
const SIGNED = /X-Amz-(Signature|Credential|Security-Token|Expires)|AWSAccessKeyId=|[?&]Signature=/i

const aToken = fc.oneof(
  hostileName(),
  hostileJson().map((json) => Buffer.from(json).toString('base64url')),
  fc.constant(Buffer.from('{"partition":"../../x","segmentId":"__proto__"}').toString('base64url')),
  fc.constant(Buffer.from('{"acceptedAt":1e308,"id":"01HRKZ0000000000000000ABCD"}').toString('base64url')),
)

const aQuery = fc
  .array(
    fc.tuple(
      fc.oneof(fc.constantFrom('limit', 'next', 'from', 'to', 'id', 'time', 'all', MARK), hostileName()),
      fc.oneof(
        hostileName(),
        aToken,
        fc.constantFrom('1', '-1', '0', 'NaN', '1e400', '99999999999999999999', 'true'),
      ),
    ),
    { maxLength: 4 },
  )
  // a lone surrogate cannot be sent: a query is bytes
  .map((pairs) =>
    pairs
      .map(
        ([name, value]) =>
          `${encodeURIComponent(name.toWellFormed())}=${encodeURIComponent(value.toWellFormed())}`,
      )
      .join('&'),
  )

const aBody = fc.oneof(
  hostileJson(),
  hostileJson().map((json) => JSON.stringify({ ...REQUEST, select: JSON.parse(json) })),
  fc
    .tuple(
      fc.constantFrom('dataset', 'select', 'tier', 'destination', 'format', 'keepDays', '__proto__', MARK),
      hostileJson(),
    )
    .map(([field, json]) => `{${JSON.stringify(REQUEST).slice(1, -1)},${JSON.stringify(field)}:${json}}`),
  mutated(fc.constant(JSON.stringify(REQUEST))),
  hostileName().map((name) => `${MARK}${name}`),
)

const aCall = fc.record({
  query: fc.oneof(aQuery, hostileName()),
  text: fc.option(aBody, { nil: undefined }),
  path: fc.record({
    dataset: fc.oneof(fc.constant('orders'), hostileName()),
    id: hostileName(),
    rehydrationId: fc.oneof(fc.constant('01HRKZ0000000000000000ABCD'), hostileName()),
  }),
  headers: fc.record({
    'content-type': fc.constantFrom('application/json', 'text/csv', 'multipart/form-data', '', MARK),
    'Idempotency-Key': fc.oneof(fc.constant('key-1'), hostileName()),
  }),
})

describe('a hostile request', () => {
  test('[S3] [S4] [S6] [S8] [S12] of any route has a defined answer, which signs nothing and is logged nowhere', async () => {
    const api = anApi()
    await api.world.land([aRecord({ body: `{"${MARK}":"${MARK}"}` })])
    await holds(
      fc.asyncProperty(fc.constantFrom(...ROUTES), aCall, async (route, { text, ...call }) => {
        const given = { ...call, ...(text !== undefined && { text }) }
        const { statusCode, headers, text: answer } = await unpolluted(() => api.call(route, given))
        expect(statusCode).toBeGreaterThanOrEqual(200)
        expect(statusCode).toBeLessThan(500)
        expect(answer).not.toMatch(SIGNED)
        for (const value of Object.values(headers)) expect(value).toMatch(/^[\x20-\x7e]*$/)
        if (statusCode >= 400) {
          expect(headers['content-type']).toBe('application/problem+json')
          const said = JSON.parse(answer)
          expect(said).toMatchObject({
            status: statusCode,
            type: expect.stringMatching(/^urn:icecore:problem:/),
          })
          if (statusCode === 400) for (const { field } of said.errors) expect(field).not.toBe('')
          expect(answer.length).toBeLessThan(20_000)
        }
        expect(JSON.stringify(api.lines.splice(0))).not.toContain(MARK)
      }),
      800,
    )
  })

  test.each<[string, string]>([
    ['deep in arrays', '['.repeat(1e5) + ']'.repeat(1e5)],
    ['deep in objects', `${'{"select":'.repeat(1e5)}1${'}'.repeat(1e5)}`],
    [
      'deep where a selection is asked for',
      `{"dataset":"orders","destination":"analysts","select":${'{"ids":['.repeat(1e5)}${']}'.repeat(1e5)}}`,
    ],
    ['of 100,000 fields', `{${Array.from({ length: 1e5 }, (_, at) => `"${at}":0`).join()}}`],
    [
      'of 100,000 ids',
      JSON.stringify({
        ...REQUEST,
        select: { ids: Array.from({ length: 1e5 }, (_, at) => ({ id: `${at}` })) },
      }),
    ],
    ['of an id of 10 MB', JSON.stringify({ ...REQUEST, select: { ids: [{ id: 'x'.repeat(1e7) }] } })],
    ['of nothing', ''],
    ['of bytes that are no text', '\ufffd\ufffd'],
  ])('[S6] [S11] whose body is %s is refused', async (_, text) => {
    for (const route of ['POST /quotes', 'POST /rehydrations']) {
      const { world, call, lines } = anApi()
      const { statusCode, text: answer } = await call(route, { text })
      expect(statusCode).toBe(400)
      expect(JSON.parse(answer).errors[0]).toMatchObject({
        field: expect.any(String),
        got: expect.any(String),
      })
      expect(world.thawQueue.receive()).toEqual([])
      expect(JSON.stringify(lines).length).toBeLessThan(2000)
    }
  })
})

test('a parameter without a name that is there twice is told of all the same', async () => {
  const answer = await anApi().json('GET /rehydrations', { query: '=1&=2' })
  expect(answer).toMatchObject(
    problem(400, 'invalid-request', { errors: [{ field: '(whole)', got: 'several' }] }),
  )
})

describe('a body in base64', () => {
  const aBodyOf = (id: Uint8Array) =>
    Buffer.concat([
      Buffer.from('{"dataset":"orders","destination":"analysts","select":{"ids":[{"id":"'),
      id,
      Buffer.from('"}]}}'),
    ])

  test('is the same as any other', async () => {
    const answer = await anApi().call('POST /rehydrations', { bytes: aBodyOf(Buffer.from('é')) })
    expect(answer.statusCode).toBe(202)
    expect(JSON.parse(answer.text).select).toEqual({ ids: [{ id: 'é' }] })
  })

  test('[S3] [S14] whose bytes are not UTF-8 is refused, for its ids would be others', async () => {
    const { world, call } = anApi()
    const answer = await call('POST /rehydrations', { bytes: aBodyOf(Buffer.from([0xff, 0xfe])) })
    expect(answer.statusCode).toBe(400)
    expect(world.thawQueue.receive()).toEqual([])
  })
})

describe('a filter', () => {
  test.each(['where', 'filter', 'sql', 'query', 'columns', 'orderBy'])(
    '[S6] is no text: the field %s is unknown',
    async (field) => {
      const { json } = anApi()
      for (const [route, body] of [
        ['POST /quotes', { dataset: 'orders', select: { ...REQUEST.select, [field]: '1=1; DROP TABLE x' } }],
        ['POST /rehydrations', { ...REQUEST, [field]: "id = 'x' OR 1=1" }],
      ] as const) {
        const answer = await json(route, { body })
        expect(answer).toMatchObject(problem(400, 'invalid-request'))
        expect(JSON.stringify(answer.body.errors)).toContain(field)
      }
    },
  )
})

describe('a destination', () => {
  test.each([
    's3://somebody-elses-bucket/prefix/',
    'https://example.com/hook',
    'arn:aws:s3:::somebody-elses-bucket',
    'somebody-elses-bucket',
    'analysts/../other',
    'Analysts',
    'analysts\0',
    ...HOSTILE_NAMES,
  ])('[S9] is a name from the configuration, and %j is none', async (destination) => {
    const { world, json } = anApi()
    const answer = await json('POST /rehydrations', { body: { ...REQUEST, destination } })
    expect(answer).toMatchObject(
      problem(400, 'invalid-request', {
        errors: [{ field: 'destination', expected: 'one of analysts, inline, standard, fifo' }],
      }),
    )
    expect(world.thawQueue.receive()).toEqual([])
    expect(world.files()).toEqual([])
  })
})

test('[S9] every call of S3 says whose the bucket must be', () => {
  const calls = globSync('shared/adapters/aws/*.ts').flatMap((file) => [
    ...readFileSync(file, 'utf8').matchAll(/new \w+Command\(\{\s*(\S+?)[,\s]/g),
  ])
  const ofS3 = calls.filter(([call]) => /(Object|Objects|V2|Tagging)Command/.test(call))
  expect(ofS3.length).toBeGreaterThan(12)
  const others = ofS3
    .filter(([, first = '']) => !/^\.\.\.inBucket\(/.test(first))
    .map(([call]) => call.trim())
  // that one is never sent: it becomes a URL, made after a call that says it
  expect(others).toEqual(['new GetObjectCommand({ Bucket:'])
})

describe('a caller', () => {
  test.each(ROUTES)(
    '[S1] without an identity is turned away from %s before anything is read',
    async (route) => {
      const { call } = anApi()
      const path = { dataset: 'orders', id: 'o-1', rehydrationId: '01HRKZ0000000000000000ABCD' }
      const closed = await Promise.all(
        [{}, { text: JSON.stringify(REQUEST) }, { text: '{' }, { query: 'limit=no' }].map((given) =>
          call(route, { ...given, path, caller: null }),
        ),
      )
      for (const answer of closed) {
        expect(answer.statusCode).toBe(403)
        expect(answer).toEqual(closed[0])
      }
    },
  )

  test('[S2] of another account has the same answer for a rehydration as for one that is not there', async () => {
    const { call, json } = anApi()
    const { body } = await json('POST /rehydrations', { body: REQUEST })
    const caller = { accountId: '999999999999', userArn: 'arn:aws:iam::999999999999:user/x' }
    const get = (rehydrationId: string) =>
      call('GET /rehydrations/{rehydrationId}', { path: { rehydrationId }, caller })
    const unknown = await get('01HRKZ0000000000000000ABCD')
    expect(unknown.statusCode).toBe(404)
    expect(await get(body.id)).toEqual(unknown)
    expect(
      (await call('GET /rehydrations/{rehydrationId}', { path: { rehydrationId: body.id } })).statusCode,
    ).toBe(200)
  })
})
