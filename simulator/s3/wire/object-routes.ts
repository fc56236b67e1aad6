import { isChecksumAlgorithm } from '../checksum.ts'
import type { CopySource } from '../copy-object.ts'
import type { ReadObjectInput } from '../read-object.ts'
import { invalidArgument, invalidRequest, malformedXml } from '../s3-error.ts'
import {
  bypassesGovernance,
  conditionsOf,
  descriptionOf,
  keptHeaders,
  lockRequestOf,
  metadataOf,
  objectHeaders,
  tagsOfHeader,
  writtenHeaders,
} from './object-headers.ts'
import { readDocument } from './read-document.ts'
import { receiveBody } from './receive-body.ts'
import type { Route, RouteHandler } from './route.ts'
import { xmlAnswer } from './s3-answer.ts'
import { dateHeader, integerParameter, type S3Request, targetOf } from './s3-request.ts'
import { childOf, integerOf, requiredInteger, textOf } from './xml-reader.ts'
import { element, isoTime, optional, xmlDocument } from './xml-writer.ts'

const readInput = (request: S3Request): ReadObjectInput => ({
  ...targetOf(request),
  ...conditionsOf(request),
  ifModifiedSince: dateHeader(request, 'if-modified-since'),
  ifUnmodifiedSince: dateHeader(request, 'if-unmodified-since'),
  range: request.header('range'),
  partNumber: integerParameter(request, 'partNumber'),
})

const getObject: RouteHandler = async (model, request) => {
  const object = model.getObject(readInput(request))
  const status = object.range === undefined ? 200 : 206
  return { status, headers: objectHeaders(request, object), body: object.content }
}

const headObject: RouteHandler = async (model, request) => {
  const info = model.headObject(readInput(request))
  const { range, version } = info
  const length = range === undefined ? version.size : range.end - range.start
  const headers = { ...objectHeaders(request, info), 'content-length': length }
  return { status: range === undefined ? 200 : 206, headers }
}

const putObject: RouteHandler = async (model, request, signing) => {
  const { bucket, key } = targetOf(request)
  const input = {
    bucket,
    key,
    ...descriptionOf(request),
    ...lockRequestOf(request),
    ...conditionsOf(request),
  }
  const received = await receiveBody(model, request, signing)
  return { status: 200, headers: writtenHeaders(model.putObject({ ...input, ...received })) }
}

/** `/bucket/key?versionId=…`, percent-encoded, with or without the first slash. */
export const copySourceOf = (request: S3Request): CopySource => {
  const [path = '', query = ''] = (request.header('x-amz-copy-source') ?? '').split('?versionId=')
  const decoded = decodeSource(path).replace(/^\//, '')
  const at = decoded.indexOf('/')
  if (at < 1 || at === decoded.length - 1)
    throw invalidArgument('Copy Source must mention the source bucket and key')
  const prefix = 'x-amz-copy-source-if-'
  return {
    bucket: decoded.slice(0, at),
    key: decoded.slice(at + 1),
    versionId: query === '' ? undefined : query,
    ifMatch: request.header(`${prefix}match`),
    ifNoneMatch: request.header(`${prefix}none-match`),
    ifModifiedSince: dateHeader(request, `${prefix}modified-since`),
    ifUnmodifiedSince: dateHeader(request, `${prefix}unmodified-since`),
  }
}

const decodeSource = (text: string) => {
  try {
    return decodeURIComponent(text)
  } catch (cause) {
    if (cause instanceof URIError) throw invalidArgument('Copy Source is not encoded as it must be')
    throw cause
  }
}

const directive = (request: S3Request, name: string): boolean => {
  const value = request.header(name) ?? 'COPY'
  if (value !== 'COPY' && value !== 'REPLACE') throw invalidArgument(`Unknown ${name}`)
  return value === 'REPLACE'
}

const copyObject: RouteHandler = async (model, request) => {
  const { bucket, key } = targetOf(request)
  const algorithm = request.header('x-amz-checksum-algorithm')?.toUpperCase()
  if (algorithm !== undefined && !isChecksumAlgorithm(algorithm))
    throw invalidRequest('Unknown checksum algorithm')
  const copied = model.copyObject({
    bucket,
    key,
    ...conditionsOf(request),
    ...lockRequestOf(request),
    source: copySourceOf(request),
    storageClass: request.header('x-amz-storage-class'),
    checksumAlgorithm: algorithm,
    ...(directive(request, 'x-amz-metadata-directive')
      ? { replaceMetadata: { headers: keptHeaders(request), metadata: metadataOf(request) } }
      : {}),
    ...(directive(request, 'x-amz-tagging-directive')
      ? { replaceTags: tagsOfHeader(request.header('x-amz-tagging')) }
      : {}),
  })
  const { checksum } = copied
  const document = xmlDocument(
    'CopyObjectResult',
    element('LastModified', isoTime(copied.lastModified)),
    element('ETag', `"${copied.etag}"`),
    checksum === undefined ? undefined : element(`Checksum${checksum.algorithm}`, checksum.value),
    optional('ChecksumType', checksum?.type),
  )
  return xmlAnswer(document, {
    'x-amz-version-id': copied.versionId,
    'x-amz-copy-source-version-id': copied.sourceVersionId,
  })
}

const deleteObject: RouteHandler = async (model, request) => {
  const { versionId, deleteMarker } = model.deleteObject({
    ...targetOf(request),
    ifMatch: request.header('if-match'),
    bypassGovernance: bypassesGovernance(request),
  })
  return {
    status: 204,
    headers: { 'x-amz-version-id': versionId, 'x-amz-delete-marker': deleteMarker ? 'true' : undefined },
  }
}

/** Days, and the tier in one of its two places. Select requests are not served. */
const restoreObject: RouteHandler = async (model, request) => {
  const document = await readDocument(model, request)
  if (document.name !== 'RestoreRequest') throw malformedXml()
  const parameters = childOf(document, 'GlacierJobParameters')
  const tier = (parameters && textOf(parameters, 'Tier')) ?? textOf(document, 'Tier')
  if (childOf(document, 'Type') !== undefined || integerOf(document, 'Days') === undefined)
    throw malformedXml()
  const days = requiredInteger(document, 'Days')
  const { status } = model.restoreObject({ ...targetOf(request), days, tier })
  return { status }
}

export const objectRoutes: readonly Route[] = [
  { method: 'GET', level: 'object', parameters: ['versionId', 'partNumber'], handle: getObject },
  { method: 'HEAD', level: 'object', parameters: ['versionId', 'partNumber'], handle: headObject },
  {
    method: 'PUT',
    level: 'object',
    handle: async (model, request, signing) =>
      request.header('x-amz-copy-source') === undefined
        ? putObject(model, request, signing)
        : copyObject(model, request, signing),
  },
  { method: 'DELETE', level: 'object', parameters: ['versionId'], handle: deleteObject },
  { method: 'POST', level: 'object', sub: 'restore', parameters: ['versionId'], handle: restoreObject },
]
