import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto'
import { SignatureV4 } from '@smithy/signature-v4'

/** What the SDK's signer wants of a hash. */
class Sha256 {
  #hash: Hash | Hmac
  readonly #key: Uint8Array | undefined
  constructor(key?: unknown) {
    if (key !== undefined && typeof key !== 'string' && !(key instanceof Uint8Array))
      throw new TypeError('key')
    this.#key = typeof key === 'string' ? Buffer.from(key) : key
    this.#hash = this.#start()
  }
  #start() {
    return this.#key === undefined ? createHash('sha256') : createHmac('sha256', this.#key)
  }
  update(data: Uint8Array) {
    this.#hash.update(data)
  }
  async digest() {
    return new Uint8Array(this.#hash.digest())
  }
  reset() {
    this.#hash = this.#start()
  }
}

export type SignOptions = {
  readonly service?: string
  readonly accessKeyId?: string
  readonly secretAccessKey?: string
  readonly at?: number
}

/** `fetch`, signed as the AWS CLI and SDKs do it. */
export const signedFetch = async (
  url: string,
  init: { method?: string; body?: string; headers?: Record<string, string> } = {},
  options: SignOptions = {},
): Promise<Response> => {
  const { hostname, port, pathname, searchParams, host } = new URL(url)
  const {
    service = 'execute-api',
    accessKeyId = 'icecore',
    secretAccessKey = 'icecore-local',
    at = Date.now(),
  } = options
  const signer = new SignatureV4({
    service,
    region: 'us-east-1',
    credentials: { accessKeyId, secretAccessKey },
    sha256: Sha256,
  })
  const { method = 'GET', body, headers = {} } = init
  const query = Object.fromEntries(
    [...new Set(searchParams.keys())].map((name) => [name, searchParams.getAll(name)]),
  )
  const signed = await signer.sign(
    {
      protocol: 'http:',
      method,
      hostname,
      port: Number(port),
      path: pathname,
      query,
      headers: { ...headers, host },
      ...(body !== undefined && { body }),
    },
    { signingDate: new Date(at) },
  )
  return fetch(url, { method, headers: signed.headers, ...(body !== undefined && { body }) })
}
