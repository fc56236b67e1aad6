import { CHECKSUM_ALGORITHMS, isChecksumAlgorithm } from '../checksum.ts'
import type { NamedPart } from '../complete-upload.ts'
import { invalidArgument, invalidRequest, malformedXml } from '../s3-error.ts'
import type { Checksum } from '../stored.ts'
import { conditionsOf, descriptionOf, lockRequestOf } from './object-headers.ts'
import { copySourceOf } from './object-routes.ts'
import { readDocument } from './read-document.ts'
import { receiveBody } from './receive-body.ts'
import type { Route, RouteHandler } from './route.ts'
import { xmlAnswer } from './s3-answer.ts'
import { integerParameter, type S3Request, targetOf } from './s3-request.ts'
import { childrenOf, requiredInteger, requiredText, textOf, type XmlNode } from './xml-reader.ts'
import { element, isoTime, optional, type Xml, xmlDocument } from './xml-writer.ts'

export const uploadTarget = (request: S3Request) => {
  const { bucket, key } = targetOf(request)
  return { bucket, key, uploadId: request.query.get('uploadId') ?? '' }
}

const partNumberOf = (request: S3Request) => {
  const number = integerParameter(request, 'partNumber')
  if (number === undefined) throw invalidArgument('This operation needs a part number')
  return number
}

const checksumTypeOf = (text: string | undefined): Checksum['type'] | undefined => {
  if (text === undefined || text === 'FULL_OBJECT' || text === 'COMPOSITE') return text
  throw invalidRequest(`Value for x-amz-checksum-type header is invalid: ${text}`)
}

const createUpload: RouteHandler = async (model, request) => {
  const { bucket, key } = targetOf(request)
  const algorithm = request.header('x-amz-checksum-algorithm')?.toUpperCase()
  if (algorithm !== undefined && !isChecksumAlgorithm(algorithm)) {
    throw invalidRequest('Checksum algorithm provided is unsupported.')
  }
  const upload = model.createUpload({
    bucket,
    key,
    ...descriptionOf(request),
    ...lockRequestOf(request),
    checksumAlgorithm: algorithm,
    checksumType: checksumTypeOf(request.header('x-amz-checksum-type')),
  })
  const document = xmlDocument(
    'InitiateMultipartUploadResult',
    element('Bucket', bucket),
    element('Key', key),
    element('UploadId', upload.uploadId),
  )
  return xmlAnswer(document, {
    'x-amz-checksum-algorithm': upload.checksumAlgorithm,
    'x-amz-checksum-type': upload.checksumType,
  })
}

export const checksumElement = (checksum: Checksum | undefined): Xml | undefined =>
  checksum && element(`Checksum${checksum.algorithm}`, checksum.value)

const uploadPart: RouteHandler = async (model, request, signing) => {
  const target = uploadTarget(request)
  const number = partNumberOf(request)
  if (request.header('x-amz-copy-source') !== undefined) return uploadPartCopy(model, request, signing)
  const received = await receiveBody(model, request, signing, undefined, model.uploadAlgorithm(target))
  const part = model.uploadPart({ ...target, number, ...received })
  const { checksum } = received
  return {
    status: 200,
    headers: {
      etag: `"${part.etag}"`,
      ...(checksum === undefined
        ? {}
        : { [`x-amz-checksum-${checksum.algorithm.toLowerCase()}`]: checksum.value }),
    },
  }
}

const uploadPartCopy: RouteHandler = async (model, request) => {
  const { part, sourceVersionId } = model.uploadPartCopy({
    ...uploadTarget(request),
    number: partNumberOf(request),
    source: copySourceOf(request),
    sourceRange: request.header('x-amz-copy-source-range'),
  })
  const document = xmlDocument(
    'CopyPartResult',
    element('LastModified', isoTime(part.uploadedAt)),
    element('ETag', `"${part.etag}"`),
    checksumElement(part.checksum),
  )
  return xmlAnswer(document, { 'x-amz-copy-source-version-id': sourceVersionId })
}

const namedPart = (node: XmlNode): NamedPart => {
  const [checksum] = CHECKSUM_ALGORITHMS.flatMap((algorithm) => textOf(node, `Checksum${algorithm}`) ?? [])
  return { number: requiredInteger(node, 'PartNumber'), etag: requiredText(node, 'ETag').trim(), checksum }
}

const completeUpload: RouteHandler = async (model, request) => {
  const target = uploadTarget(request)
  const document = await readDocument(model, request)
  if (document.name !== 'CompleteMultipartUpload') throw malformedXml()
  const size = request.header('x-amz-mp-object-size')
  const [checksum] = CHECKSUM_ALGORITHMS.flatMap(
    (algorithm) => request.header(`x-amz-checksum-${algorithm.toLowerCase()}`) ?? [],
  )
  const object = model.completeUpload({
    ...target,
    ...conditionsOf(request),
    parts: childrenOf(document, 'Part').map(namedPart),
    objectSize: size === undefined ? undefined : Number(size),
    checksum,
  })
  const answer = xmlDocument(
    'CompleteMultipartUploadResult',
    element(
      'Location',
      `http://${request.header('host') ?? 'localhost'}/${target.bucket}/${encodeURI(target.key)}`,
    ),
    element('Bucket', target.bucket),
    element('Key', target.key),
    element('ETag', `"${object.etag}"`),
    checksumElement(object.checksum),
    optional('ChecksumType', object.checksum?.type),
  )
  return xmlAnswer(answer, { 'x-amz-version-id': object.versionId })
}

const abortUpload: RouteHandler = async (model, request) => {
  model.abortUpload(uploadTarget(request))
  return { status: 204 }
}

export const multipartRoutes: readonly Route[] = [
  { method: 'POST', level: 'object', sub: 'uploads', handle: createUpload },
  { method: 'PUT', level: 'object', sub: 'uploadId', parameters: ['partNumber'], handle: uploadPart },
  { method: 'POST', level: 'object', sub: 'uploadId', handle: completeUpload },
  { method: 'DELETE', level: 'object', sub: 'uploadId', handle: abortUpload },
]
