import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Cloud, makeCloud } from '../../../simulator/cloud.ts'
import type { Host } from '../../../simulator/host/host.ts'
import { startHost } from '../../../simulator/host/start-host.ts'
import { signedFetch } from '../../support/signed-fetch.ts'
import { tinyService, tinyStart } from '../../support/tiny-host.ts'

let cloud: Cloud
let host: Host
const at = { at: tinyStart }

beforeAll(async () => {
  cloud = await makeCloud({ start: tinyStart, speed: 0 })
  host = await startHost(cloud, tinyService)
})
afterAll(async () => {
  await host.crash()
  await cloud.close()
})

describe('the HTTP API', () => {
  it('hands a request over in payload format 2.0', async () => {
    const response = await signedFetch(
      `${host.apiUrl}/things/a%2Fb?limit=5&tag=x&tag=y`,
      { headers: { 'x-extra': '1' } },
      at,
    )
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      version: '2.0',
      routeKey: 'GET /things/{thing}',
      rawPath: '/things/a/b',
      rawQueryString: 'limit=5&tag=x&tag=y',
      headers: expect.objectContaining({ 'x-extra': '1' }),
      queryStringParameters: { limit: '5', tag: 'x,y' },
      pathParameters: { thing: 'a/b' },
      isBase64Encoded: false,
      requestContext: {
        accountId: '000000000000',
        apiId: expect.any(String),
        authorizer: {
          iam: {
            accessKey: 'icecore',
            accountId: '000000000000',
            callerId: expect.any(String),
            cognitoIdentity: null,
            principalOrgId: null,
            userArn: 'arn:aws:iam::000000000000:user/icecore',
            userId: expect.any(String),
          },
        },
        domainName: expect.stringContaining('.execute-api.us-east-1.'),
        domainPrefix: expect.any(String),
        http: {
          method: 'GET',
          path: '/things/a/b',
          protocol: 'HTTP/1.1',
          sourceIp: '127.0.0.1',
          userAgent: expect.any(String),
        },
        requestId: expect.any(String),
        routeKey: 'GET /things/{thing}',
        stage: '$default',
        time: '01/Jan/2030:00:00:00 +0000',
        timeEpoch: tinyStart,
      },
    })
  })

  it('prefers a literal segment, and gives a greedy parameter all the rest', async () => {
    const literal = await signedFetch(`${host.apiUrl}/things/all`, {}, at)
    expect(await literal.json()).toMatchObject({ routeKey: 'GET /things/all' })
    const greedy = await signedFetch(`${host.apiUrl}/things/a/parts/b/c%20d`, {}, at)
    expect(await greedy.json()).toMatchObject({ pathParameters: { thing: 'a', part: 'b/c d' } })
  })

  it.each([
    ['text/plain', 'größer', { body: 'größer', isBase64Encoded: false }],
    ['application/octet-stream', 'ab', { body: 'YWI=', isBase64Encoded: true }],
  ])('passes a body of %s on', async (type, body, expected) => {
    const init = { method: 'POST', body, headers: { 'content-type': type } }
    const response = await signedFetch(`${host.apiUrl}/things`, init, at)
    expect(await response.json()).toMatchObject(expected)
  })

  it('takes an answer with a status at its word, bytes included', async () => {
    const response = await signedFetch(`${host.apiUrl}/things/bytes`, {}, at)
    expect([response.status, response.headers.get('x-kind')]).toEqual([201, 'bytes'])
    expect([...new Uint8Array(await response.arrayBuffer())]).toEqual([0, 255, 128])
  })

  it('answers 404 for a path or a method that no route has', async () => {
    expect((await signedFetch(`${host.apiUrl}/nothing`, {}, at)).status).toBe(404)
    expect((await signedFetch(`${host.apiUrl}/things/a`, { method: 'DELETE' }, at)).status).toBe(404)
  })

  it.each(['broken', 'large'])(
    'answers 500 without a reason when the function’s answer is %s',
    async (thing) => {
      const response = await signedFetch(`${host.apiUrl}/things/${thing}`, {}, at)
      expect(response.status).toBe(500)
      expect(await response.json()).toEqual({ message: 'Internal Server Error' })
      expect(host.failures.at(-1)?.functionName).toBe('answer')
    },
  )
})

describe('who may call the HTTP API', () => {
  it('refuses a request without a signature', async () => {
    const response = await fetch(`${host.apiUrl}/things/a`)
    expect([response.status, await response.json()]).toEqual([403, { message: 'Forbidden' }])
  })

  it.each([
    ['by an unknown key', { accessKeyId: 'stranger' }],
    ['with a wrong secret', { secretAccessKey: 'wrong' }],
    ['for another service', { service: 's3' }],
  ])('refuses a request that was signed %s', async (_case, options) => {
    const response = await signedFetch(`${host.apiUrl}/things/a`, {}, { ...at, ...options })
    expect(response.status).toBe(403)
  })
})
