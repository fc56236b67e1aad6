import type { WireAnswer, WireRequest } from '../../wire/service-handler.ts'
import type { Cors } from '../deployment/definitions.ts'

/** `https://*` and `http://*` are "any origin that begins with" that. */
const matches = (allowed: string, origin: string): boolean =>
  allowed === '*' ||
  allowed === origin ||
  (/^https?:\/\/\*$/.test(allowed) && origin.startsWith(allowed.slice(0, -1)))

const allowedOrigin = (
  { allowOrigins }: Cors,
  { headers }: Pick<WireRequest, 'headers'>,
): string | undefined => {
  const { origin } = headers
  if (origin === undefined || !allowOrigins.some((allowed) => matches(allowed, origin))) return undefined
  return allowOrigins.includes('*') ? '*' : origin
}

const named = (name: string, values: readonly string[]): Record<string, string> =>
  values.length === 0 ? {} : { [name]: values.join(',') }

type Request = Pick<WireRequest, 'method' | 'headers'>

/**
 * "If you configure CORS for an API, API Gateway automatically sends a response to preflight OPTIONS requests"; "your request must
 * contain an origin header" and "an Access-Control-Request-Method header". Nobody signs one, and nobody has to. An origin that is not
 * allowed is told nothing. Undefined where the request is none.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
 */
export const preflightAnswer = (cors: Cors, request: Request): WireAnswer | undefined => {
  const { method, headers } = request
  const isPreflight =
    method === 'OPTIONS' &&
    headers.origin !== undefined &&
    headers['access-control-request-method'] !== undefined
  if (!isPreflight) return undefined
  const origin = allowedOrigin(cors, request)
  if (origin === undefined) return { status: 204 }
  return {
    status: 204,
    headers: {
      'access-control-allow-origin': origin,
      ...named('access-control-allow-methods', cors.allowMethods),
      ...named('access-control-allow-headers', cors.allowHeaders),
      'access-control-max-age': String(cors.maxAge),
    },
  }
}

/** "API Gateway adds the configured CORS headers to the response from an integration", and "ignores CORS headers returned from" it. */
export const withCors = (cors: Cors, request: Request, answer: WireAnswer): WireAnswer => {
  const origin = allowedOrigin(cors, request)
  const own = Object.entries(answer.headers ?? {}).filter(([name]) => !name.startsWith('access-control-'))
  return {
    ...answer,
    headers: {
      ...Object.fromEntries(own),
      ...(origin !== undefined && {
        'access-control-allow-origin': origin,
        ...named('access-control-expose-headers', cors.exposeHeaders),
      }),
    },
  }
}
