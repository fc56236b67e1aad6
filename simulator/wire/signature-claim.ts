import type { IncomingHttpHeaders } from 'node:http'

/** Who says to have signed a request, and how; nothing of it is proven yet. */
export type SignatureClaim = {
  readonly accessKeyId: string
  /** `YYYYMMDD` of the credential scope. */
  readonly day: string
  readonly region: string
  readonly service: string
  readonly signedHeaders: readonly string[]
  readonly signature: string
  /** `YYYYMMDDTHHMMSSZ` */
  readonly date: string
  /** Seconds for which a presigned URL holds; undefined when the signature is in the header. */
  readonly expires: number | undefined
}

/** The claim, `undefined` when the request has none, `'malformed'` when it has one that cannot be read. */
export const parseSignatureClaim = (
  headers: IncomingHttpHeaders,
  query: string,
): SignatureClaim | 'malformed' | undefined => {
  if (headers.authorization !== undefined) return fromHeader(headers.authorization, headers)
  return query.includes('X-Amz-Signature=') ? fromQuery(new URLSearchParams(query)) : undefined
}

const fromHeader = (authorization: string, headers: IncomingHttpHeaders) => {
  const [algorithm, rest] = splitOnce(authorization.trim(), ' ')
  if (algorithm !== 'AWS4-HMAC-SHA256') return 'malformed'
  const fields = new Map(rest.split(',').map((part) => splitOnce(part.trim(), '=')))
  const date = headers['x-amz-date'] ?? headers.date
  return claim(
    fields.get('Credential'),
    fields.get('SignedHeaders'),
    fields.get('Signature'),
    Array.isArray(date) ? date[0] : date,
    undefined,
  )
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html */
const fromQuery = (query: URLSearchParams) => {
  const expires = Number(query.get('X-Amz-Expires'))
  const week = 7 * 86_400
  const isGood = query.get('X-Amz-Algorithm') === 'AWS4-HMAC-SHA256' && expires >= 1 && expires <= week
  if (!isGood) return 'malformed'
  return claim(
    query.get('X-Amz-Credential') ?? undefined,
    query.get('X-Amz-SignedHeaders') ?? undefined,
    query.get('X-Amz-Signature') ?? undefined,
    query.get('X-Amz-Date') ?? undefined,
    expires,
  )
}

const claim = (
  credential = '',
  headerNames = '',
  signature = '',
  dateText = '',
  expires: number | undefined,
): SignatureClaim | 'malformed' => {
  const parts = credential.split('/')
  const [day, region, service, terminator] = parts.slice(-4)
  const accessKeyId = parts.slice(0, -4).join('/')
  const date = /^\d{8}T\d{6}Z$/.test(dateText) ? dateText : basicFormat(dateText)
  if (day === undefined || region === undefined || service === undefined || date === undefined) {
    return 'malformed'
  }
  const signedHeaders = headerNames.split(';')
  const isWhole =
    accessKeyId !== '' &&
    terminator === 'aws4_request' &&
    signature !== '' &&
    date.startsWith(day) &&
    signedHeaders.includes('host')
  if (!isWhole) return 'malformed'
  return { accessKeyId, day, region, service, signedHeaders, signature, date, expires }
}

const splitOnce = (text: string, separator: string): [string, string] => {
  const at = text.indexOf(separator)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)]
}

const basicFormat = (text: string) => {
  const time = Date.parse(text)
  if (Number.isNaN(time)) return undefined
  return `${new Date(time).toISOString().replace(/[-:]|\.\d+/g, '')}`
}

/** ms since 1970 of a claim's date. */
export const timeOfClaim = ({ date }: SignatureClaim) =>
  Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
