import { notImplemented } from '../s3-error.ts'
import type { Part } from '../stored.ts'
import { checksumElement, uploadTarget } from './multipart-routes.ts'
import type { Route, RouteHandler } from './route.ts'
import { xmlAnswer } from './s3-answer.ts'
import { bucketOf, integerParameter } from './s3-request.ts'
import { element, isoTime, optional, xmlDocument } from './xml-writer.ts'

const partElement = (part: Part) =>
  element(
    'Part',
    element('PartNumber', part.number),
    element('LastModified', isoTime(part.uploadedAt)),
    element('ETag', `"${part.etag}"`),
    element('Size', part.piece.size),
    checksumElement(part.checksum),
  )

const listParts: RouteHandler = async (model, request) => {
  const target = uploadTarget(request)
  const maxParts = Math.min(integerParameter(request, 'max-parts') ?? 1000, 1000)
  const after = integerParameter(request, 'part-number-marker')
  const { upload, parts, next } = model.listParts({ ...target, after, maxParts })
  const document = xmlDocument(
    'ListPartsResult',
    element('Bucket', target.bucket),
    element('Key', target.key),
    element('UploadId', target.uploadId),
    element('PartNumberMarker', after ?? 0),
    optional('NextPartNumberMarker', next),
    element('MaxParts', maxParts),
    element('IsTruncated', next !== undefined),
    element('StorageClass', upload.storageClass),
    element('ChecksumAlgorithm', upload.checksumAlgorithm),
    element('ChecksumType', upload.checksumType),
    parts.map(partElement),
  )
  return xmlAnswer(document)
}

const listUploads: RouteHandler = async (model, request) => {
  const bucket = bucketOf(request)
  const { query } = request
  if (query.has('delimiter') && query.get('delimiter') !== '') {
    throw notImplemented('a delimiter in ListMultipartUploads')
  }
  const maxUploads = integerParameter(request, 'max-uploads')
  const scope = {
    bucket,
    prefix: query.get('prefix') ?? undefined,
    keyMarker: query.get('key-marker') ?? undefined,
    uploadIdMarker: query.get('upload-id-marker') ?? undefined,
    maxUploads,
  }
  const { uploads, isTruncated } = model.listUploads(scope)
  const last = isTruncated ? uploads.at(-1) : undefined
  const document = xmlDocument(
    'ListMultipartUploadsResult',
    element('Bucket', bucket),
    element('KeyMarker', scope.keyMarker),
    element('UploadIdMarker', scope.uploadIdMarker),
    optional('NextKeyMarker', last?.key),
    optional('NextUploadIdMarker', last?.uploadId),
    element('Prefix', scope.prefix),
    element('MaxUploads', maxUploads ?? 1000),
    element('IsTruncated', isTruncated),
    uploads.map((upload) =>
      element(
        'Upload',
        element('Key', upload.key),
        element('UploadId', upload.uploadId),
        element('StorageClass', upload.storageClass),
        element('Initiated', isoTime(upload.createdAt)),
        element('ChecksumAlgorithm', upload.checksumAlgorithm),
        element('ChecksumType', upload.checksumType),
      ),
    ),
  )
  return xmlAnswer(document)
}

export const uploadListRoutes: readonly Route[] = [
  {
    method: 'GET',
    level: 'object',
    sub: 'uploadId',
    parameters: ['max-parts', 'part-number-marker'],
    handle: listParts,
  },
  {
    method: 'GET',
    level: 'bucket',
    sub: 'uploads',
    parameters: ['prefix', 'delimiter', 'key-marker', 'upload-id-marker', 'max-uploads'],
    handle: listUploads,
  },
]
