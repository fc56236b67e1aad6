import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Cloud, makeCloud } from '../../../simulator/cloud.ts'
import type { Host } from '../../../simulator/host/host.ts'
import { startHost } from '../../../simulator/host/start-host.ts'
import { signedFetch } from '../../support/signed-fetch.ts'
import { tinyService, tinyStart } from '../../support/tiny-host.ts'

const PAGES = 'https://records.example'
const OTHERS = 'https://elsewhere.example'

type Deployed = { readonly cloud: Cloud; readonly host: Host }

const deploy = async (corsOrigins?: string): Promise<Deployed> => {
  const cloud = await makeCloud({ start: tinyStart, speed: 0 })
  return { cloud, host: await startHost(cloud, tinyService, { corsOrigins }) }
}

let closed: Deployed
let open: Deployed
let wide: Deployed
beforeAll(async () => {
  closed = await deploy()
  open = await deploy(`${PAGES},http://localhost:3000`)
  wide = await deploy('https://*')
})
afterAll(async () => {
  for (const { cloud, host } of [closed, open, wide]) {
    await host.crash()
    await cloud.close()
  }
})

/** The headers that a browser goes by. */
const corsOf = ({ headers }: Response) =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')))

/** What a browser asks first: unsigned, as it always is. */
const preflight = ({ host }: Deployed, origin: string, path = '/things/a') =>
  fetch(`${host.apiUrl}${path}`, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'authorization,x-amz-date',
    },
  })

const get = ({ host }: Deployed, thing: string, headers: Record<string, string>) =>
  signedFetch(`${host.apiUrl}/things/${thing}`, { headers }, { at: tinyStart })

describe('a page of an origin that is configured', () => {
  it.each([PAGES, 'http://localhost:3000'])(
    'is told before it calls what it may send: %s',
    async (origin) => {
      const response = await preflight(open, origin)
      expect([response.status, await response.text()]).toEqual([204, ''])
      expect(response.headers.get('content-length')).toBeNull()
      expect(corsOf(response)).toEqual({
        'access-control-allow-origin': origin,
        'access-control-allow-methods': 'GET,POST',
        'access-control-allow-headers': 'authorization,x-amz-date',
        'access-control-max-age': '60',
      })
    },
  )

  it('may read the answer, and the headers that are named', async () => {
    const response = await get(open, 'bytes', { origin: PAGES })
    expect([response.status, response.headers.get('x-kind')]).toEqual([201, 'bytes'])
    expect(corsOf(response)).toEqual({
      'access-control-allow-origin': PAGES,
      'access-control-expose-headers': 'x-kind',
    })
  })

  it('has to sign as everybody does', async () => {
    const response = await fetch(`${open.host.apiUrl}/things/a`, { headers: { origin: PAGES } })
    expect([response.status, corsOf(response)]).toEqual([403, {}])
  })

  it('may be any that begins as the configuration has it', async () => {
    expect(corsOf(await preflight(wide, OTHERS))).toMatchObject({ 'access-control-allow-origin': OTHERS })
    expect(corsOf(await preflight(wide, 'http://records.example'))).toEqual({})
  })
})

describe('a page of another origin', () => {
  it('is told nothing, before it calls and in the answer', async () => {
    const response = await preflight(open, OTHERS)
    expect([response.status, corsOf(response)]).toEqual([204, {}])
    expect(corsOf(await get(open, 'bytes', { origin: OTHERS }))).toEqual({})
  })

  it.each(['https://records.example.evil', 'http://records.example', 'null', `${PAGES}:8443`, ''])(
    'is not taken for one that is configured: %j',
    async (origin) => {
      expect(corsOf(await preflight(open, origin))).toEqual({})
    },
  )
})

describe('what the function says itself', () => {
  it('is ignored where origins are configured', async () => {
    expect(corsOf(await get(open, 'open', { origin: OTHERS }))).toEqual({})
    expect(corsOf(await get(open, 'open', {}))).toEqual({})
    expect(corsOf(await get(open, 'open', { origin: PAGES }))).toMatchObject({
      'access-control-allow-origin': PAGES,
    })
  })

  it('is passed on where none are', async () => {
    expect(corsOf(await get(closed, 'open', { origin: OTHERS }))).toEqual({
      'access-control-allow-origin': '*',
    })
  })
})

describe('without a configuration', () => {
  it('a preflight is a call of a route that is not there', async () => {
    const response = await preflight(closed, PAGES)
    expect([response.status, corsOf(response)]).toEqual([404, {}])
  })

  it('answers say nothing to browsers', async () => {
    expect(corsOf(await get(closed, 'bytes', { origin: PAGES }))).toEqual({})
  })
})

describe('what only looks like a preflight', () => {
  it.each([[{ origin: PAGES }], [{ 'access-control-request-method': 'GET' }]])(
    'is a call of a route that is not there: %j',
    async (headers: Record<string, string>) => {
      const response = await fetch(`${open.host.apiUrl}/things/a`, { method: 'OPTIONS', headers })
      expect([response.status, corsOf(response)]).toEqual([404, {}])
    },
  )
})
