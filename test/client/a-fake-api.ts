import { type ClientOptions, makeClient } from 'icecore/client'

/** What the fake answers, or throws, in turn. */
export type Reply =
  | { readonly status: number; readonly json?: unknown; readonly headers?: Record<string, string> }
  | { readonly unreachable: string }
  | 'silence'

export type Sent = {
  readonly method: string
  readonly url: URL
  readonly headers: Headers
  readonly body: unknown
}

/** How `fetch` fails where nothing listens. */
const failedFetch = (code: string): TypeError =>
  new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) })

const silence = (signal: AbortSignal | null | undefined) =>
  new Promise<never>((_, reject) => {
    if (signal?.aborted === true) reject(signal.reason)
    signal?.addEventListener('abort', () => reject(signal.reason))
  })

/** A client whose answers come from a list, and whose pauses take no time. */
export const aFakeApi = (replies: readonly Reply[], options: Partial<ClientOptions> = {}) => {
  const sent: Sent[] = []
  const pauses: number[] = []
  const fetched: typeof fetch = async (input, { method = 'GET', headers, body, signal } = {}) => {
    const reply = replies[sent.length]
    const text = typeof body === 'string' ? JSON.parse(body) : undefined
    sent.push({ method, url: new URL(String(input)), headers: new Headers(headers), body: text })
    if (reply === undefined) throw new Error('there is no reply left')
    if (reply === 'silence') return silence(signal)
    if ('unreachable' in reply) throw failedFetch(reply.unreachable)
    return new Response(JSON.stringify(reply.json ?? {}), {
      status: reply.status,
      headers: reply.headers ?? {},
    })
  }
  const client = makeClient({
    endpoint: 'https://api.example/stage/',
    region: 'eu-central-1',
    credentials: { accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: 'token' },
    fetch: fetched,
    now: () => Date.parse('2030-01-02T03:04:05Z'),
    random: () => 1,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted()
      pauses.push(ms)
    },
    ...options,
  })
  return { client, sent, pauses }
}

export const aRehydrationAnswer = (status: string, parts: object = {}) => ({
  id: '01HRM2Y6V00000000000000000',
  status,
  dataset: 'orders',
  tier: 'Standard',
  tiers: { GLACIER: 'Standard', DEEP_ARCHIVE: 'Standard' },
  readyBy: null,
  maxCostUsd: null,
  quoteId: null,
  destination: 'analysts',
  format: 'ndjson',
  compression: 'none',
  columns: null,
  keepDays: null,
  requestedAt: '2030-01-02T00:00:00.000Z',
  extension: null,
  keptUntil: null,
  expectedBy: null,
  approval: null,
  select: { from: '2029-01-01T00:00:00.000Z', to: '2029-01-02T00:00:00.000Z' },
  ...parts,
})

export const aProblem = (status: number, name: string, parts: object = {}) => ({
  status,
  json: { type: `urn:icecore:problem:${name}`, title: 'A title', status, requestId: 'r-1', ...parts },
})
