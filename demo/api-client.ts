import { createHash, createHmac } from 'node:crypto'
import { SignatureV4 } from '@smithy/signature-v4'

export type ApiAnswer = { readonly status: number; readonly headers: Headers; readonly body: string }

export type ApiClient = {
  /** `path` begins with a slash and is percent-encoded where it has to be; a `body` is sent as JSON. */
  call(method: 'GET' | 'POST', path: string, body?: unknown): Promise<ApiAnswer>
}

export type Credentials = { readonly accessKeyId: string; readonly secretAccessKey: string }

/** The hash that the signer wants, by node's own crypto. */
class Sha256 {
  readonly #hash
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', toBytes(secret))
  }
  update(data: string | ArrayBuffer | ArrayBufferView) {
    this.#hash.update(toBytes(data))
  }
  async digest() {
    return new Uint8Array(this.#hash.digest())
  }
  reset() {
    throw new Error('a hash is used once')
  }
}

const toBytes = (data: string | ArrayBuffer | ArrayBufferView): Uint8Array => {
  if (typeof data === 'string') return Buffer.from(data)
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data)
}

/** Calls the archive's API the way that any client of an IAM-authorized HTTP API does: signed with SigV4. */
export const makeApiClient = (options: {
  readonly url: string
  readonly region: string
  readonly credentials: Credentials
  readonly now: () => number
}): ApiClient => {
  const { url, region, credentials, now } = options
  const signer = new SignatureV4({ service: 'execute-api', region, credentials, sha256: Sha256 })
  return {
    call: async (method, path, body) => {
      const target = new URL(`${url}${path}`)
      const text = body === undefined ? undefined : JSON.stringify(body)
      const signed = await signer.sign(
        {
          method,
          protocol: target.protocol,
          hostname: target.hostname,
          port: Number(target.port),
          path: target.pathname,
          query: Object.fromEntries(target.searchParams),
          headers: { host: target.host, ...(text !== undefined && { 'content-type': 'application/json' }) },
          ...(text !== undefined && { body: text }),
        },
        { signingDate: new Date(now()) },
      )
      const answer = await fetch(target, {
        method,
        headers: signed.headers,
        ...(text !== undefined && { body: text }),
      })
      return { status: answer.status, headers: answer.headers, body: await answer.text() }
    },
  }
}
