import { accountId, region } from '../../account.ts'
import type { WireRequest } from '../../wire/service-handler.ts'
import { decode, type RouteMatch } from './route-table.ts'

const API_ID = 'icecore'
const TEXT = /^(text\/|application\/(json|xml|javascript)|[^;]*\+(json|xml))/

/**
 * The event of payload format 2.0, for a request that was signed with `accessKeyId`.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export const httpEvent = (
  request: Omit<WireRequest, 'signal'>,
  { route, parameters }: RouteMatch,
  requestId: string,
  time: number,
) => {
  const routeKey = `${route.method} ${route.path}`
  const isText = TEXT.test(String(request.headers['content-type'] ?? 'text/plain'))
  const { cookie, ...headers } = request.headers
  const query = queryOf(request.query)
  const path = decode(request.path)
  return {
    version: '2.0',
    routeKey,
    rawPath: path,
    rawQueryString: request.query,
    ...(cookie !== undefined && { cookies: cookie.split('; ') }),
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, [value].flat().join(',')]),
    ),
    ...(Object.keys(query).length > 0 && { queryStringParameters: query }),
    ...(Object.keys(parameters).length > 0 && { pathParameters: parameters }),
    requestContext: {
      accountId,
      apiId: API_ID,
      ...(request.accessKeyId !== undefined && { authorizer: { iam: identityOf(request.accessKeyId) } }),
      domainName: `${API_ID}.execute-api.${region}.amazonaws.com`,
      domainPrefix: API_ID,
      http: {
        method: request.method,
        path,
        protocol: 'HTTP/1.1',
        sourceIp: '127.0.0.1',
        userAgent: String(request.headers['user-agent'] ?? ''),
      },
      requestId,
      routeKey,
      stage: '$default',
      time: clfTime(time),
      timeEpoch: time,
    },
    ...(request.body.length > 0 && { body: request.body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: request.body.length > 0 && !isText,
  }
}

/** A user for every access key, called like it. */
const identityOf = (accessKeyId: string) => ({
  accessKey: accessKeyId,
  accountId,
  callerId: `AIDA${accessKeyId.toUpperCase()}`,
  cognitoIdentity: null,
  principalOrgId: null,
  userArn: `arn:aws:iam::${accountId}:user/${accessKeyId}`,
  userId: `AIDA${accessKeyId.toUpperCase()}`,
})

/** "Duplicate query strings are combined with commas". */
const queryOf = (query: string): Record<string, string> => {
  const values = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(query)) {
    const known = values.get(name)
    values.set(name, known === undefined ? value : `${known},${value}`)
  }
  return Object.fromEntries(values)
}

/** `12/Mar/2020:19:03:58 +0000` */
const clfTime = (time: number) => {
  const [, day, month, year, clock] =
    /^\w+, (\d+) (\w+) (\d+) ([\d:]+) GMT$/.exec(new Date(time).toUTCString()) ?? []
  return `${day}/${month}/${year}:${clock} +0000`
}
