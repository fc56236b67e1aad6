import type { Description } from '../describe-object.ts'
import type { LockRequest, WrittenObject } from '../put-object.ts'
import type { ObjectInfo } from '../read-object.ts'
import { restoreHeader } from '../restore-object.ts'
import { invalidArgument, S3Error } from '../s3-error.ts'
import type { Checksum, Retention } from '../stored.ts'
import type { AnswerHeaders } from './s3-answer.ts'
import type { S3Request } from './s3-request.ts'

/** Headers of an upload that S3 keeps and gives back. */
const KEPT_HEADERS = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-server-side-encryption-bucket-key-enabled',
] as const

const METADATA_PREFIX = 'x-amz-meta-'

/** `aws-chunked` is how the body came, not what it is. */
const keptValue = (name: string, value: string) =>
  name === 'content-encoding'
    ? value
        .split(',')
        .map((one) => one.trim())
        .filter((one) => one !== 'aws-chunked' && one !== '')
        .join(',')
    : value

export const keptHeaders = (request: S3Request): Record<string, string> =>
  Object.fromEntries(
    KEPT_HEADERS.flatMap((name) => {
      const value = keptValue(name, request.header(name) ?? '')
      return value === '' ? [] : [[name, value]]
    }),
  )

export const metadataOf = ({ amazonHeaders }: S3Request): Record<string, string> =>
  Object.fromEntries(
    [...amazonHeaders].flatMap(([name, value]) =>
      name.startsWith(METADATA_PREFIX) ? [[name.slice(METADATA_PREFIX.length), value]] : [],
    ),
  )

/** `a=1&b=2`, encoded as a query string */
export const tagsOfHeader = (text: string | undefined): Record<string, string> => {
  const pairs = [...new URLSearchParams(text ?? '')]
  if (new Set(pairs.map(([name]) => name)).size < pairs.length) {
    throw new S3Error('InvalidTag', 400, 'Cannot provide multiple Tags with the same key')
  }
  return Object.fromEntries(pairs)
}

export const descriptionOf = (request: S3Request): Description => ({
  storageClass: request.header('x-amz-storage-class'),
  headers: keptHeaders(request),
  metadata: metadataOf(request),
  tags: tagsOfHeader(request.header('x-amz-tagging')),
})

export const parseRetention = (
  mode: string | undefined,
  until: string | undefined,
): Retention | undefined => {
  if (mode === undefined && until === undefined) return undefined
  const time = Date.parse(until ?? '')
  if ((mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE') || Number.isNaN(time)) {
    throw invalidArgument('Object Lock needs a known mode and a date to retain until')
  }
  return { mode, until: time }
}

export const lockRequestOf = (request: S3Request): LockRequest => ({
  legalHold: request.header('x-amz-object-lock-legal-hold') === 'ON',
  retention: parseRetention(
    request.header('x-amz-object-lock-mode'),
    request.header('x-amz-object-lock-retain-until-date'),
  ),
})

export const conditionsOf = (request: S3Request) => ({
  ifMatch: request.header('if-match'),
  ifNoneMatch: request.header('if-none-match'),
})

export const bypassesGovernance = (request: S3Request) =>
  request.header('x-amz-bypass-governance-retention')?.toLowerCase() === 'true'

export const checksumHeaders = (checksum: Checksum | undefined): AnswerHeaders =>
  checksum === undefined
    ? {}
    : {
        [`x-amz-checksum-${checksum.algorithm.toLowerCase()}`]: checksum.value,
        'x-amz-checksum-type': checksum.type,
      }

export const writtenHeaders = ({ etag, checksum, versionId }: WrittenObject): AnswerHeaders => ({
  etag: `"${etag}"`,
  'x-amz-version-id': versionId,
  'x-amz-server-side-encryption': 'AES256',
  ...checksumHeaders(checksum),
})

/** `response-content-type` and its like replace headers of the answer. */
const overrides = ({ query }: S3Request): AnswerHeaders =>
  Object.fromEntries(
    [...query].flatMap(([name, value]) =>
      name.startsWith('response-') ? [[name.slice('response-'.length), value]] : [],
    ),
  )

/** What GET and HEAD say of an object. */
export const objectHeaders = (request: S3Request, info: ObjectInfo): AnswerHeaders => {
  const { version, versionId, range, partsCount } = info
  const { tags, metadata, storageClass, retention } = version
  const wantsChecksum = request.header('x-amz-checksum-mode')?.toUpperCase() === 'ENABLED'
  const tagCount = Object.keys(tags).length
  return {
    'content-type': 'binary/octet-stream',
    'x-amz-server-side-encryption': 'AES256',
    ...version.headers,
    'accept-ranges': 'bytes',
    etag: `"${version.etag}"`,
    'last-modified': new Date(version.createdAt).toUTCString(),
    'x-amz-version-id': versionId,
    // "Amazon S3 returns this header for all objects except for S3 Standard storage class objects"
    'x-amz-storage-class': storageClass === 'STANDARD' ? undefined : storageClass,
    'x-amz-restore': restoreHeader(version.restore),
    'x-amz-tagging-count': tagCount === 0 ? undefined : tagCount,
    'x-amz-mp-parts-count': request.query.has('partNumber') ? partsCount : undefined,
    'x-amz-object-lock-legal-hold': version.legalHold ? 'ON' : undefined,
    'x-amz-object-lock-mode': retention?.mode,
    'x-amz-object-lock-retain-until-date': retention && new Date(retention.until).toISOString(),
    'content-range': range && `bytes ${range.start}-${range.end - 1}/${version.size}`,
    ...Object.fromEntries(Object.entries(metadata).map(([name, value]) => [METADATA_PREFIX + name, value])),
    // The checksum is of the whole object: S3 leaves it out of the answer for a part of it.
    ...(wantsChecksum && range === undefined ? checksumHeaders(version.checksum) : {}),
    ...overrides(request),
  }
}
