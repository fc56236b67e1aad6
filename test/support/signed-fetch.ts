import { SignatureV4 } from '@smithy/signature-v4'
import { Sha256 } from '../../client/sha256.ts'

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
