import type { IncomingMessage } from 'node:http'

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#create-canonical-request */
export type CanonicalInput = {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly rawHeaders: IncomingMessage['rawHeaders']
  readonly signedHeaders: readonly string[]
  readonly payloadHash: string
  /** S3 takes a path as it is; every other service encodes it once more. */
  readonly service: string
}

const percent = (byte: number) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`

/** RFC 3986: letters, digits and `-_.~` stay, everything else is `%XX`. */
const encode = (text: string) =>
  text.replace(/[^A-Za-z0-9\-_.~]+/g, (run) => [...Buffer.from(run)].map(percent).join(''))

/** The one canonical spelling of text that is already percent-encoded somehow. */
const normalize = (encoded: string) =>
  encoded.replace(/%[0-9a-fA-F]{2}|[^A-Za-z0-9\-_.~%]+|%/g, (part) => {
    if (part.length !== 3 || part[0] !== '%') return encode(part)
    const code = Number.parseInt(part.slice(1), 16)
    const character = String.fromCharCode(code)
    return /[A-Za-z0-9\-_.~]/.test(character) ? character : percent(code)
  })

const canonicalPath = (path: string, service: string) => {
  const segments = path.split('/').map(normalize)
  return (service === 's3' ? segments : segments.map(encode)).join('/') || '/'
}

/** Sorted by name, then value; the signature itself is left out. */
const canonicalQuery = (query: string) =>
  query
    .split('&')
    .filter((part) => part !== '')
    .map((part): [string, string] => {
      const equals = part.indexOf('=')
      const [name, value] = equals < 0 ? [part, ''] : [part.slice(0, equals), part.slice(equals + 1)]
      return [normalize(name.replaceAll('+', '%20')), normalize(value.replaceAll('+', '%20'))]
    })
    .filter(([name]) => name !== 'X-Amz-Signature')
    .sort(([leftName, left], [rightName, right]) => compare(leftName, rightName) || compare(left, right))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')

const compare = (left: string, right: string) => (left < right ? -1 : left > right ? 1 : 0)

const headerValues = (rawHeaders: readonly string[]) => {
  const values = new Map<string, string[]>()
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? ''
    const value = rawHeaders[index + 1]?.trim().replace(/ +/g, ' ') ?? ''
    const known = values.get(name)
    if (known === undefined) values.set(name, [value])
    else known.push(value)
  }
  return values
}

export const canonicalRequest = (input: CanonicalInput) => {
  const values = headerValues(input.rawHeaders)
  const headers = input.signedHeaders.map((name) => `${name}:${values.get(name)?.join(',') ?? ''}\n`).join('')
  return [
    input.method,
    canonicalPath(input.path, input.service),
    canonicalQuery(input.query),
    headers,
    input.signedHeaders.join(';'),
    input.payloadHash,
  ].join('\n')
}
