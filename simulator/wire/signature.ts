import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { type CanonicalInput, canonicalRequest } from './canonical-request.ts'
import { type SignatureClaim, timeOfClaim } from './signature-claim.ts'

/** Secret access keys by access key id. */
export type Credentials = ReadonlyMap<string, string>

export type Refusal =
  | 'unknown-key'
  | 'wrong-signature'
  | 'expired'
  | 'clock-skew'
  | 'unsigned-headers'
  | 'malformed'
  | 'missing'

export const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex')
const hmac = (key: string | Uint8Array, text: string) => createHmac('sha256', key).update(text).digest()

/** "The request signature … must be within 15 minutes" of AWS's time. */
const maxSkewMs = 15 * 60_000
const keptKeys = 64

/** What is needed to check the signatures of the chunks that follow a signed header. */
export type ProvenSignature = SignatureClaim & { readonly signingKey: Uint8Array; readonly scope: string }

/**
 * Checks AWS Signature Version 4. `checkSkew` compares the client's time with `now`: right for clients on the
 * virtual clock, wrong for those that cannot know that it has leapt. A presigned URL's expiry is always checked.
 */
export const makeSignatureCheck = (credentials: Credentials, now: () => number, checkSkew: boolean) => {
  const keys = new Map<string, Buffer>()
  const signingKey = (secret: string, { accessKeyId, day, region, service }: SignatureClaim) => {
    const name = JSON.stringify([accessKeyId, day, region, service])
    const known = keys.get(name)
    if (known !== undefined) return known
    const key = [day, region, service, 'aws4_request'].reduce<Buffer>(hmac, Buffer.from(`AWS4${secret}`))
    if (keys.size >= keptKeys) keys.clear()
    keys.set(name, key)
    return key
  }

  return (
    claim: SignatureClaim,
    request: Omit<CanonicalInput, 'signedHeaders' | 'service'>,
  ): ProvenSignature | Refusal => {
    const secret = credentials.get(claim.accessKeyId)
    if (secret === undefined) return 'unknown-key'
    const { day, region, service, signedHeaders } = claim
    const scope = [day, region, service, 'aws4_request'].join('/')
    const hash = sha256(canonicalRequest({ ...request, signedHeaders, service }))
    const key = signingKey(secret, claim)
    const expected = hmac(key, ['AWS4-HMAC-SHA256', claim.date, scope, hash].join('\n'))
    const given = Buffer.from(claim.signature, 'hex')
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return 'wrong-signature'
    const age = now() - timeOfClaim(claim)
    if (claim.expires !== undefined && age > claim.expires * 1000) return 'expired'
    if (checkSkew && (age < -maxSkewMs || (claim.expires === undefined && age > maxSkewMs)))
      return 'clock-skew'
    if (service === 's3' && hasUnsignedHeader(request.rawHeaders, signedHeaders)) return 'unsigned-headers'
    return { ...claim, signingKey: key, scope }
  }
}

/** "There were headers present in the request which were not signed": every x-amz- header must be. */
const hasUnsignedHeader = (rawHeaders: readonly string[], signedHeaders: readonly string[]) =>
  rawHeaders.some((name, index) => {
    if (index % 2 === 1) return false
    const lowered = name.toLowerCase()
    return lowered.startsWith('x-amz-') && !signedHeaders.includes(lowered)
  })
