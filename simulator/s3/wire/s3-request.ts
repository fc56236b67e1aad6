import type { IncomingMessage } from 'node:http'
import { invalidArgument, S3Error } from '../s3-error.ts'

export type S3Request = {
  readonly method: string
  /** Missing for requests about the account. */
  readonly bucket: string | undefined
  /** Missing for requests about the bucket. */
  readonly key: string | undefined
  readonly query: URLSearchParams
  readonly message: IncomingMessage
  header(name: string): string | undefined
  /** Of Amazon's own (`x-amz-…`) that came as headers, or as parameters of a presigned URL, in lower case. */
  readonly amazonHeaders: ReadonlyMap<string, string>
}

/** The parameters that are a presigned URL's signature. */
const SIGNATURE_PARAMETER =
  /^x-amz-(algorithm|credential|date|expires|signedheaders|signature|security-token|content-sha256|user-agent)$/

const amazonHeadersOf = ({ headers }: IncomingMessage, query: URLSearchParams): Map<string, string> => {
  const found = new Map<string, string>()
  for (const [name, value] of query) {
    const lower = name.toLowerCase()
    if (lower.startsWith('x-amz-') && !SIGNATURE_PARAMETER.test(lower)) found.set(lower, value)
  }
  for (const name of Object.keys(headers))
    if (name.startsWith('x-amz-')) found.set(name, String(headers[name]))
  return found
}

/** `bucket.s3.amazonaws.com`, `bucket.s3.us-east-1.amazonaws.com`, `bucket.s3.localhost`, `bucket.localhost`. */
const VIRTUAL_HOSTS = [
  /^(?<bucket>.+)\.s3[.-](?:[a-z0-9-]+\.)*(?:amazonaws\.com|localhost)$/,
  /^(?<bucket>.+?)(?<!^s3)\.localhost$/,
]
const SERVICE_HOST = /^s3[.-](?:[a-z0-9-]+\.)*(?:amazonaws\.com|localhost)$/

const bucketOfHost = (host: string): string | undefined => {
  const name = host.replace(/:\d+$/, '').toLowerCase()
  if (SERVICE_HOST.test(name)) return undefined
  for (const pattern of VIRTUAL_HOSTS) {
    const bucket = pattern.exec(name)?.groups?.bucket
    if (bucket !== undefined) return bucket
  }
  return undefined
}

/** Percent-encoding only: in a path a plus is a plus. */
const decodePath = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch (cause) {
    if (cause instanceof URIError) throw new S3Error('InvalidURI', 400, "Couldn't parse the specified URI.")
    throw cause
  }
}

const address = (path: string, host: string) => {
  const hosted = bucketOfHost(host)
  const rest = path.replace(/^\//, '')
  const [name, key] =
    hosted === undefined ? splitOnce(rest) : ([hosted, rest] satisfies [string, string | undefined])
  return {
    bucket: name === '' ? undefined : decodePath(name),
    key: key === undefined || key === '' ? undefined : decodePath(key),
  }
}

const splitOnce = (path: string): [string, string | undefined] => {
  const at = path.indexOf('/')
  return at < 0 ? [path, undefined] : [path.slice(0, at), path.slice(at + 1)]
}

export const parseRequest = (message: IncomingMessage): S3Request => {
  const { method = 'GET', url = '/', headers } = message
  const at = url.indexOf('?')
  const path = at < 0 ? url : url.slice(0, at)
  const query = new URLSearchParams(at < 0 ? '' : url.slice(at + 1))
  const amazonHeaders = amazonHeadersOf(message, query)
  return {
    method,
    ...address(path, headers.host ?? ''),
    query,
    message,
    amazonHeaders,
    header: (name) => {
      const value = headers[name] ?? amazonHeaders.get(name)
      return Array.isArray(value) ? value.join(',') : value
    },
  }
}

export const bucketOf = ({ bucket }: S3Request): string => {
  if (bucket === undefined) throw invalidArgument('The request names no bucket')
  return bucket
}

export const targetOf = (request: S3Request) => {
  if (request.key === undefined) throw invalidArgument('The request names no key')
  return {
    bucket: bucketOf(request),
    key: request.key,
    versionId: request.query.get('versionId') ?? undefined,
  }
}

/** A number in the query, such as `max-keys`. */
export const integerParameter = ({ query }: S3Request, name: string): number | undefined => {
  const text = query.get(name)
  if (text === null || text === '') return undefined
  if (!/^\d{1,10}$/.test(text))
    throw invalidArgument(`Provided ${name} not an integer or within integer range`)
  return Number(text)
}

/** An HTTP date in ms; what is none counts for nothing (RFC 9110). */
export const dateHeader = (request: S3Request, name: string): number | undefined => {
  const time = Date.parse(request.header(name) ?? '')
  return Number.isNaN(time) ? undefined : time
}
