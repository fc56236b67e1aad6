import { invalidArgument } from '../s3-error.ts'
import type { ObjectVersion } from '../stored.ts'
import type { Route, RouteHandler } from './route.ts'
import { xmlAnswer } from './s3-answer.ts'
import { targetOf } from './s3-request.ts'
import { element, type Xml, xmlDocument } from './xml-writer.ts'

const checksumElement = ({ checksum }: ObjectVersion): Xml | undefined =>
  checksum &&
  element(
    'Checksum',
    element(`Checksum${checksum.algorithm}`, checksum.value),
    element('ChecksumType', checksum.type),
  )

const attributes: Readonly<Record<string, (version: ObjectVersion) => Xml | undefined>> = {
  ETag: ({ etag }) => element('ETag', etag),
  Checksum: checksumElement,
  // Without the parts themselves, which S3 lists only for uploads with part checksums.
  ObjectParts: ({ multipart, pieces }) =>
    multipart ? element('ObjectParts', element('PartsCount', pieces.length)) : undefined,
  StorageClass: ({ storageClass }) => element('StorageClass', storageClass),
  ObjectSize: ({ size }) => element('ObjectSize', size),
}

/** Answers for archived objects too. */
const getAttributes: RouteHandler = async (model, request) => {
  const { version, versionId } = model.headObject(targetOf(request))
  const wanted = (request.header('x-amz-object-attributes') ?? '').split(',').map((name) => name.trim())
  const elements = wanted.map((name) => {
    const show = attributes[name]
    if (show === undefined) throw invalidArgument('Invalid attribute name specified.')
    return show(version)
  })
  return xmlAnswer(xmlDocument('GetObjectAttributesResponse', ...elements), {
    'last-modified': new Date(version.createdAt).toUTCString(),
    'x-amz-version-id': versionId,
  })
}

export const attributeRoutes: readonly Route[] = [
  { method: 'GET', level: 'object', sub: 'attributes', parameters: ['versionId'], handle: getAttributes },
]
