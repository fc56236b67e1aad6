import { MAX_KEYS } from '../list-objects.ts'
import { invalidArgument } from '../s3-error.ts'
import type { ObjectVersion, Restore } from '../stored.ts'
import type { Route, RouteHandler } from './route.ts'
import { xmlAnswer } from './s3-answer.ts'
import { bucketOf, integerParameter, type S3Request } from './s3-request.ts'
import { element, isoTime, optional, type Xml, xmlDocument } from './xml-writer.ts'

const scopeOf = (request: S3Request) => {
  const { query } = request
  const encoding = query.get('encoding-type') ?? undefined
  if (encoding !== undefined && encoding !== 'url')
    throw invalidArgument('Invalid Encoding Method specified in Request')
  return {
    encoding,
    /** Keys may hold characters that XML cannot. */
    shown: (text: string) => (encoding === 'url' ? encodeURIComponent(text).replaceAll('%2F', '/') : text),
    scope: {
      bucket: bucketOf(request),
      prefix: query.get('prefix') ?? '',
      delimiter: query.get('delimiter') ?? '',
      maxKeys: Math.min(integerParameter(request, 'max-keys') ?? MAX_KEYS, MAX_KEYS),
    },
  }
}

const restoreStatus = (restore: Restore | undefined): Xml | undefined =>
  restore &&
  element(
    'RestoreStatus',
    element('IsRestoreInProgress', restore.expiresAt === undefined),
    optional('RestoreExpiryDate', restore.expiresAt === undefined ? undefined : isoTime(restore.expiresAt)),
  )

const objectElement = (version: ObjectVersion, shown: (text: string) => string, more: readonly Xml[]) =>
  element(
    'Contents',
    element('Key', shown(version.key)),
    element('LastModified', isoTime(version.createdAt)),
    element('ETag', `"${version.etag}"`),
    optional('ChecksumAlgorithm', version.checksum?.algorithm),
    optional('ChecksumType', version.checksum?.type),
    element('Size', version.size),
    element('StorageClass', version.storageClass),
    more,
  )

const wantsRestoreStatus = (request: S3Request) =>
  (request.header('x-amz-optional-object-attributes') ?? '').split(',').includes('RestoreStatus')

const prefixElements = (prefixes: readonly string[], shown: (text: string) => string) =>
  prefixes.map((prefix) => element('CommonPrefixes', element('Prefix', shown(prefix))))

const tokenOf = (after: string) => Buffer.from(after).toString('base64')

const listObjectsV2: RouteHandler = async (model, request) => {
  const { scope, shown, encoding } = scopeOf(request)
  const { query } = request
  const startAfter = query.get('start-after') ?? undefined
  const token = query.get('continuation-token') ?? undefined
  if (token === '') throw invalidArgument('The continuation token provided is incorrect')
  // "StartAfter … is ignored when a continuation token is given"
  const after = token === undefined ? startAfter : Buffer.from(token, 'base64').toString()
  const { objects, commonPrefixes, next } = model.listObjects({
    ...scope,
    after,
    // Only a token may stand for a whole common prefix; a start-after is a plain key.
    afterIsKey: token === undefined,
  })
  const owner = query.get('fetch-owner') === 'true' ? [element('Owner', element('ID', model.accountId))] : []
  const withRestore = wantsRestoreStatus(request)
  const document = xmlDocument(
    'ListBucketResult',
    element('Name', scope.bucket),
    element('Prefix', shown(scope.prefix)),
    scope.delimiter === '' ? undefined : element('Delimiter', shown(scope.delimiter)),
    element('MaxKeys', scope.maxKeys),
    optional('EncodingType', encoding),
    element('KeyCount', objects.length + commonPrefixes.length),
    element('IsTruncated', next !== undefined),
    optional('ContinuationToken', token),
    next === undefined ? undefined : element('NextContinuationToken', tokenOf(next)),
    startAfter === undefined ? undefined : element('StartAfter', shown(startAfter)),
    objects.map((version) => {
      const status = withRestore ? restoreStatus(version.restore) : undefined
      return objectElement(version, shown, status === undefined ? owner : [...owner, status])
    }),
    prefixElements(commonPrefixes, shown),
  )
  return xmlAnswer(document)
}

const listObjectsV1: RouteHandler = async (model, request) => {
  const { scope, shown, encoding } = scopeOf(request)
  const marker = request.query.get('marker') ?? ''
  const { objects, commonPrefixes, next } = model.listObjects({ ...scope, after: marker })
  const document = xmlDocument(
    'ListBucketResult',
    element('Name', scope.bucket),
    element('Prefix', shown(scope.prefix)),
    element('Marker', shown(marker)),
    // "returned only if you have the delimiter request parameter specified"
    next === undefined || scope.delimiter === '' ? undefined : element('NextMarker', shown(next)),
    element('MaxKeys', scope.maxKeys),
    scope.delimiter === '' ? undefined : element('Delimiter', shown(scope.delimiter)),
    optional('EncodingType', encoding),
    element('IsTruncated', next !== undefined),
    objects.map((version) =>
      objectElement(version, shown, [element('Owner', element('ID', model.accountId))]),
    ),
    prefixElements(commonPrefixes, shown),
  )
  return xmlAnswer(document)
}

const listVersions: RouteHandler = async (model, request) => {
  const { scope, shown, encoding } = scopeOf(request)
  const keyMarker = request.query.get('key-marker') ?? ''
  const versionIdMarker = request.query.get('version-id-marker') ?? undefined
  const { versions, commonPrefixes, next } = model.listVersions({ ...scope, keyMarker, versionIdMarker })
  const withRestore = wantsRestoreStatus(request)
  const document = xmlDocument(
    'ListVersionsResult',
    element('Name', scope.bucket),
    element('Prefix', shown(scope.prefix)),
    element('KeyMarker', shown(keyMarker)),
    element('VersionIdMarker', versionIdMarker),
    next === undefined ? undefined : element('NextKeyMarker', shown(next.keyMarker)),
    optional('NextVersionIdMarker', next?.versionIdMarker),
    element('MaxKeys', scope.maxKeys),
    scope.delimiter === '' ? undefined : element('Delimiter', shown(scope.delimiter)),
    optional('EncodingType', encoding),
    element('IsTruncated', next !== undefined),
    versions.map(({ version, isLatest }) =>
      element(
        version.deleteMarker ? 'DeleteMarker' : 'Version',
        element('Key', shown(version.key)),
        element('VersionId', version.versionId),
        element('IsLatest', isLatest),
        element('LastModified', isoTime(version.createdAt)),
        element('Owner', element('ID', model.accountId)),
        ...(version.deleteMarker
          ? []
          : [
              element('ETag', `"${version.etag}"`),
              element('Size', version.size),
              element('StorageClass', version.storageClass),
              withRestore ? restoreStatus(version.restore) : undefined,
            ]),
      ),
    ),
    prefixElements(commonPrefixes, shown),
  )
  return xmlAnswer(document)
}

const common = ['prefix', 'delimiter', 'max-keys', 'encoding-type']

export const listRoutes: readonly Route[] = [
  {
    method: 'GET',
    level: 'bucket',
    sub: 'list-type',
    parameters: [...common, 'continuation-token', 'start-after', 'fetch-owner'],
    handle: async (model, request, signing) => {
      if (request.query.get('list-type') !== '2') throw invalidArgument('Unknown list-type')
      return listObjectsV2(model, request, signing)
    },
  },
  { method: 'GET', level: 'bucket', parameters: [...common, 'marker'], handle: listObjectsV1 },
  {
    method: 'GET',
    level: 'bucket',
    sub: 'versions',
    parameters: [...common, 'key-marker', 'version-id-marker'],
    handle: listVersions,
  },
]
