import { SignatureV4 } from '@smithy/signature-v4'
import { Sha256 } from './sha256.ts'

export type Credentials = {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** Asked before each request, so that what expires is fetched anew: it remembers by itself what it has. */
export type CredentialProvider = () => Promise<Credentials>

export type SignOptions = {
  /** `execute-api` unless given. */
  readonly service?: string
  readonly region: string
  readonly credentials: Credentials | CredentialProvider
  readonly now: () => number
}

export type Unsigned = {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** Signs requests to an HTTP API with IAM authorization, or to another service of AWS (SigV4). Gives the headers to send. */
export const makeSigner = ({ service = 'execute-api', region, credentials, now }: SignOptions) => {
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256 })
  return async ({ method, url, headers, body }: Unsigned): Promise<Record<string, string>> => {
    const signed = await signer.sign(
      {
        method,
        protocol: url.protocol,
        hostname: url.hostname,
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        headers: { ...headers, host: url.host },
        ...(body !== undefined && { body }),
      },
      { signingDate: new Date(now()) },
    )
    return signed.headers
  }
}

/** The usual chain of AWS: environment, profile, SSO, the role of a container or an instance. */
export const usualCredentials = (region: string): CredentialProvider => {
  let chain: Promise<CredentialProvider> | undefined
  const begin = async (): Promise<CredentialProvider> => {
    // loaded only where it is needed
    const { STSClient } = await import('@aws-sdk/client-sts')
    const { credentials } = new STSClient({ region }).config
    return () => credentials()
  }
  return async () => {
    chain ??= begin()
    return (await chain)()
  }
}
