import { randomUUID } from 'node:crypto'
import type { WireAnswer } from './service-handler.ts'
import type { Refusal } from './signature.ts'

/** How a service words its refusals: S3's XML, the Query protocol's XML, or JSON with `__type`. */
export type Dialect = 's3' | 'query' | 'json'

type Words = {
  readonly code: string
  readonly jsonCode: string
  readonly message: string
  readonly s3?: string
}

const words: Record<Refusal, Words> = {
  'unknown-key': {
    code: 'InvalidClientTokenId',
    s3: 'InvalidAccessKeyId',
    jsonCode: 'UnrecognizedClientException',
    message: 'The security token included in the request is invalid.',
  },
  'wrong-signature': {
    code: 'SignatureDoesNotMatch',
    jsonCode: 'InvalidSignatureException',
    message:
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.',
  },
  expired: {
    code: 'AccessDenied',
    jsonCode: 'InvalidSignatureException',
    message: 'Request has expired',
  },
  'clock-skew': {
    code: 'RequestExpired',
    s3: 'RequestTimeTooSkewed',
    jsonCode: 'InvalidSignatureException',
    message: "The difference between the request time and the server's time is too large.",
  },
  'unsigned-headers': {
    code: 'AccessDenied',
    jsonCode: 'InvalidSignatureException',
    message: 'There were headers present in the request which were not signed',
  },
  malformed: {
    code: 'IncompleteSignature',
    s3: 'AuthorizationHeaderMalformed',
    jsonCode: 'IncompleteSignatureException',
    message: 'The signature of the request is incomplete or malformed.',
  },
  missing: {
    code: 'MissingAuthenticationToken',
    s3: 'AccessDenied',
    jsonCode: 'MissingAuthenticationTokenException',
    message: 'Request is missing Authentication Token',
  },
}

/** 403, as S3 and SQS answer; DynamoDB and S3's malformed header are 400. */
const statusOf = (refusal: Refusal, dialect: Dialect, service: string) =>
  service === 'dynamodb' || (dialect === 's3' && refusal === 'malformed') ? 400 : 403

export const refusalAnswer = (refusal: Refusal, dialect: Dialect, service: string): WireAnswer => {
  const { code, s3 = code, jsonCode, message } = words[refusal]
  // DynamoDB never had the Query protocol; SDKs would take its name for the error.
  const queryCode = service === 'dynamodb' ? {} : { queryCode: code }
  const status = statusOf(refusal, dialect, service)
  return errorAnswer({
    dialect,
    status,
    message,
    code: { s3, query: code, json: jsonCode }[dialect],
    ...queryCode,
  })
}

export type WireError = {
  readonly dialect: Dialect
  readonly status: number
  readonly code: string
  readonly message: string
  /** The Query protocol's name for it, which JSON answers carry in a header. */
  readonly queryCode?: string
}

export const errorAnswer = ({ dialect, status, code, message, queryCode }: WireError): WireAnswer => {
  const requestId = randomUUID()
  const side = status < 500 ? 'Sender' : 'Receiver'
  if (dialect === 'json') {
    return {
      status,
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amzn-requestid': requestId,
        ...(queryCode === undefined ? {} : { 'x-amzn-query-error': `${queryCode};${side}` }),
      },
      body: JSON.stringify({ __type: `com.amazon.coral.service#${code}`, message }),
    }
  }
  const error = `<Code>${code}</Code><Message>${escapeXml(message)}</Message>`
  const body =
    dialect === 's3'
      ? `<Error>${error}<RequestId>${requestId}</RequestId></Error>`
      : `<ErrorResponse><Error><Type>${side}</Type>${error}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`
  return {
    status,
    headers: {
      'content-type': dialect === 's3' ? 'application/xml' : 'text/xml',
      'x-amzn-requestid': requestId,
    },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n${body}`,
  }
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#xD;',
}

export const escapeXml = (text: string) => text.replace(/[&<>"\r]/g, (character) => entities[character] ?? '')
