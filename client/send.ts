import { ApiUnreachable, problemOf } from './failures.ts'
import { planRetry } from './plan-retry.ts'
import type { Unsigned } from './sign.ts'

export type Call = {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Begins with a slash; percent-encoded. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | undefined>>
  /** Sent as JSON. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** A second time does what one does. */
  readonly repeatable: boolean
  readonly signal?: AbortSignal | undefined
}

export type Answer = {
  readonly status: number
  readonly headers: Headers
  readonly bytes: Uint8Array
}

export type Send = (call: Call) => Promise<Answer>

export type SendOptions = {
  readonly endpoint: string
  readonly sign: (request: Unsigned) => Promise<Record<string, string>>
  readonly fetch: typeof fetch
  readonly timeoutMs: number
  readonly attempts: number
  readonly random: () => number
  readonly sleep: (ms: number, signal: AbortSignal | undefined) => Promise<void>
}

const urlOf = (endpoint: string, { path, query = {} }: Call): URL => {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [`${encodeURIComponent(name)}=${encodeURIComponent(value)}`],
  )
  const search = given.length === 0 ? '' : `?${given.join('&')}`
  return new URL(`${endpoint.replace(/\/+$/, '')}${path}${search}`)
}

const codeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'UNKNOWN'
  if (error.name === 'TimeoutError') return 'TIMEOUT'
  // fetch says why in the cause of its error
  const { cause } = error
  if (!(cause instanceof Error)) return error.name
  return 'code' in cause ? String(cause.code) : cause.message
}

const retryAfterOf = (headers: Headers): number | null => {
  const seconds = headers.get('retry-after')
  return seconds !== null && /^\d+$/.test(seconds) ? Number(seconds) * 1000 : null
}

/**
 * Sends requests, signed anew at each try. Tries again, a bounded number of times, where that is safe and may help. Throws
 * `ApiProblem` for an answer that is an error, `ApiUnreachable` for none, and the signal's reason when it is aborted.
 */
export const makeSend = (options: SendOptions): Send => {
  const { endpoint, sign, timeoutMs, attempts, random, sleep } = options

  const tryOnce = async (call: Call, url: URL): Promise<Answer | ApiUnreachable> => {
    const { method, signal } = call
    const body = call.body === undefined ? undefined : JSON.stringify(call.body)
    const headers = { ...call.headers, ...(body !== undefined && { 'content-type': 'application/json' }) }
    const signed = await sign({ method, url, headers, ...(body !== undefined && { body }) })
    const timeout = AbortSignal.timeout(timeoutMs)
    try {
      const response = await options.fetch(url, {
        method,
        headers: signed,
        ...(body !== undefined && { body }),
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      })
      const bytes = new Uint8Array(await response.arrayBuffer())
      return { status: response.status, headers: response.headers, bytes }
    } catch (error) {
      signal?.throwIfAborted()
      return new ApiUnreachable(codeOf(error), url.origin, error)
    }
  }

  return async (call) => {
    const { signal, repeatable } = call
    const url = urlOf(endpoint, call)
    for (let attempt = 1; ; attempt += 1) {
      signal?.throwIfAborted()
      const answer = await tryOnce(call, url)
      const outcome =
        answer instanceof ApiUnreachable
          ? { status: null, retryAfter: null }
          : { status: answer.status, retryAfter: retryAfterOf(answer.headers) }
      const wait = planRetry({ ...outcome, attempt, attempts, repeatable, random: random() })
      if (wait !== null) {
        await sleep(wait, signal)
        continue
      }
      if (answer instanceof ApiUnreachable) throw answer
      if (answer.status < 400) return answer
      throw problemOf(answer.status, answer.headers, Buffer.from(answer.bytes).toString('utf8'))
    }
  }
}
