import { ApiProblem, ApiUnreachable, UnexpectedAnswer } from 'icecore/client'
import { describe, expect, it } from 'vitest'
import { aFakeApi, aProblem, aRehydrationAnswer } from './a-fake-api.ts'

const datasets = { status: 200, json: { datasets: [] } }
const range = { dataset: 'orders', select: { from: '2029-01-01', to: 0 }, destination: 'analysts' }

const failureOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'it did not fail',
    (error: unknown) => error,
  )

describe('a request', () => {
  it('is signed for execute-api in the region, with the time and the session that are given', async () => {
    const { client, sent } = aFakeApi([datasets])
    await client.datasets()
    const headers = sent[0]?.headers
    expect(headers?.get('authorization')).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKID\/20300102\/eu-central-1\/execute-api\/aws4_request, SignedHeaders=host;[^,]*, Signature=[0-9a-f]{64}$/,
    )
    expect(headers?.get('x-amz-date')).toBe('20300102T030405Z')
    expect(headers?.get('x-amz-security-token')).toBe('token')
  })

  it('goes below the endpoint, with or without a slash at its end, with every character encoded', async () => {
    const { client, sent } = aFakeApi([{ status: 404 }])
    await failureOf(client.record('a/b', '../x?y=1&z +é', { time: '2030-01-01T00:00:00Z' }))
    expect(sent[0]?.url.href).toBe(
      'https://api.example/stage/datasets/a%2Fb/records/by-id?id=..%2Fx%3Fy%3D1%26z%20%2B%C3%A9&time=2030-01-01T00%3A00%3A00Z',
    )
  })

  it('narrows the list of rehydrations on every page of it', async () => {
    const page = (next: string | null) => ({ status: 200, json: { rehydrations: [], next } })
    const { client, sent } = aFakeApi([page('n'), page(null)])
    const wanted = { status: 'thawing', dataset: 'orders', from: '2029-01-01', to: 7, pageSize: 5 } as const
    expect(await Array.fromAsync(client.rehydrations(wanted))).toEqual([])
    expect(sent.map(({ url }) => Object.fromEntries(url.searchParams))).toEqual([
      { status: 'thawing', dataset: 'orders', from: '2029-01-01', to: '7', limit: '5' },
      { status: 'thawing', dataset: 'orders', from: '2029-01-01', to: '7', limit: '5', next: 'n' },
    ])
  })

  it('keeps copies for longer, and may be sent again', async () => {
    const { client, sent } = aFakeApi([
      { status: 503 },
      { status: 200, json: aRehydrationAnswer('completed') },
    ])
    expect(await client.extend('r/1', 9)).toMatchObject({ status: 'completed' })
    expect(sent.map(({ url }) => url.pathname)).toEqual([
      '/stage/rehydrations/r%2F1/extension',
      '/stage/rehydrations/r%2F1/extension',
    ])
    expect(sent[0]?.body).toEqual({ keepDays: 9 })
  })

  it('is signed anew for each try, with credentials that are asked for anew, as they may expire', async () => {
    let asked = 0
    const credentials = async () => {
      asked += 1
      return { accessKeyId: `AKID${asked}`, secretAccessKey: 'secret' }
    }
    const { client, sent } = aFakeApi([{ status: 503 }, datasets], { credentials })
    await client.datasets()
    const signatures = sent.map(({ headers }) => headers.get('authorization'))
    expect(signatures).toEqual([
      expect.stringContaining('Credential=AKID1/'),
      expect.stringContaining('Credential=AKID2/'),
    ])
  })
})

describe('a request that may pass the next time', () => {
  it.each([429, 502, 503, 504])('is sent again after a %i', async (status) => {
    const { client, sent } = aFakeApi([{ status }, datasets])
    expect(await client.datasets()).toEqual([])
    expect(sent).toHaveLength(2)
  })

  it('is sent again when nothing answers, and after a silence', async () => {
    const { client, sent } = aFakeApi([{ unreachable: 'ECONNRESET' }, 'silence', datasets], { timeoutMs: 5 })
    expect(await client.datasets()).toEqual([])
    expect(sent).toHaveLength(3)
  })

  it('waits longer each time, as long as it is told to, and not for ever', async () => {
    const wait = (seconds: string) => ({ status: 429, headers: { 'retry-after': seconds } })
    const { client, pauses } = aFakeApi([{ status: 503 }, wait('3'), { status: 503 }, wait('3600'), datasets])
    await client.datasets()
    expect(pauses).toEqual([200, 3000, 800, 10_000])
  })

  it('is given up after five tries, with what the last one said', async () => {
    const { client, sent } = aFakeApi(
      Array(9).fill({ status: 503, json: { message: 'Service Unavailable' } }),
    )
    expect(await failureOf(client.datasets())).toMatchObject({ status: 503, title: 'Service Unavailable' })
    expect(sent).toHaveLength(5)
    const away = aFakeApi(Array(9).fill({ unreachable: 'ENOTFOUND' }))
    const error = await failureOf(away.client.datasets())
    expect(error).toBeInstanceOf(ApiUnreachable)
    expect(error).toMatchObject({
      code: 'ENOTFOUND',
      message: 'https://api.example does not answer (ENOTFOUND)',
    })
    expect(away.sent).toHaveLength(5)
  })

  it.each([400, 403, 404, 409, 422, 500])('is not sent again after a %i', async (status) => {
    const { client, sent } = aFakeApi([{ status }])
    expect(await failureOf(client.datasets())).toBeInstanceOf(ApiProblem)
    expect(sent).toHaveLength(1)
  })

  it('Expedited is asked for on its own route', async () => {
    const { client, sent } = aFakeApi([
      { status: 202, json: aRehydrationAnswer('accepted') },
      { status: 202, json: aRehydrationAnswer('accepted') },
    ])
    await client.rehydrate({ ...range, tier: 'Expedited' })
    await client.rehydrate({ ...range, tier: 'Bulk' })
    expect(sent.map(({ url }) => url.pathname)).toEqual([
      '/stage/rehydrations/expedited',
      '/stage/rehydrations',
    ])
  })

  it('is one rehydration: every try has the same key, and every call another', async () => {
    const accepted = { status: 202, json: aRehydrationAnswer('accepted') }
    const { client, sent } = aFakeApi([{ unreachable: 'EPIPE' }, accepted, accepted, accepted])
    await client.rehydrate(range)
    await client.rehydrate(range)
    await client.rehydrate(range, { idempotencyKey: 'mine' })
    const [first, second, third, fourth] = sent.map(({ headers }) => headers.get('idempotency-key'))
    expect(first).toMatch(/^[0-9a-f-]{36}$/)
    expect(second).toBe(first)
    expect(third).not.toBe(first)
    expect(fourth).toBe('mine')
    expect(sent[0]).toMatchObject({ method: 'POST', body: range })
  })
})

describe('a call that is aborted', () => {
  it('ends with the reason, whether it waits for an answer or for the next try', async () => {
    for (const reply of ['silence', { status: 503 }] as const) {
      const { client, sent } = aFakeApi([reply, reply])
      const stop = new AbortController()
      const failed = failureOf(client.datasets({ signal: stop.signal }))
      stop.abort(new Error('enough'))
      expect(await failed).toMatchObject({ message: 'enough' })
      expect(sent.length).toBeLessThan(2)
    }
  })
})

describe('an answer that is an error', () => {
  it('is a problem with its name, its fields and the request that is in the log', async () => {
    const errors = [{ field: 'select.to', expected: 'a time after from', got: '0' }]
    const { client } = aFakeApi([aProblem(400, 'invalid-request', { errors, detail: 'why', more: 1 })])
    const error = await failureOf(client.quote(range))
    expect(error).toBeInstanceOf(ApiProblem)
    expect(error).toMatchObject({
      status: 400,
      name: 'invalid-request',
      title: 'A title',
      detail: 'why',
      errors,
      requestId: 'r-1',
      document: { more: 1 },
      message: 'A title: why\nselect.to: a time after from, got 0',
    })
  })

  it('is a problem too when it comes from API Gateway, or from something else', async () => {
    const { client } = aFakeApi([
      { status: 403, json: { message: 'Forbidden' }, headers: { 'apigw-requestid': 'gw-1' } },
      { status: 418, json: [] },
    ])
    expect(await failureOf(client.datasets())).toMatchObject({
      status: 403,
      name: 'http-403',
      title: 'Forbidden',
      requestId: 'gw-1',
    })
    expect(await failureOf(client.datasets())).toMatchObject({ name: 'http-418', requestId: undefined })
  })
})

describe('an answer that this client does not know', () => {
  it('is an error that names the route and the field', async () => {
    const { client } = aFakeApi([
      { status: 200, json: aRehydrationAnswer('resting') },
      { status: 200, json: { body: 'no headers' } },
    ])
    const error = await failureOf(client.rehydration('01X'))
    expect(error).toBeInstanceOf(UnexpectedAnswer)
    expect(error).toMatchObject({ message: expect.stringMatching(/^GET \/rehydrations\/01X: .*status/) })
    expect(await failureOf(client.record('orders', 'x'))).toBeInstanceOf(UnexpectedAnswer)
  })
})
