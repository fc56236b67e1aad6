import { malformedXml, S3Error } from '../s3-error.ts'
import { readText } from './read-document.ts'
import type { Route } from './route.ts'
import { bucketOf } from './s3-request.ts'
import { parseXml } from './xml-reader.ts'

/** Settings that are kept as they came; the code is S3's answer while there is none. */
const DOCUMENTS: readonly { sub: string; root: string | undefined; missing: string }[] = [
  { sub: 'policy', root: undefined, missing: 'NoSuchBucketPolicy' },
  {
    sub: 'encryption',
    root: 'ServerSideEncryptionConfiguration',
    missing: 'ServerSideEncryptionConfigurationNotFoundError',
  },
  {
    sub: 'publicAccessBlock',
    root: 'PublicAccessBlockConfiguration',
    missing: 'NoSuchPublicAccessBlockConfiguration',
  },
  { sub: 'ownershipControls', root: 'OwnershipControls', missing: 'OwnershipControlsNotFoundError' },
  { sub: 'tagging', root: 'Tagging', missing: 'NoSuchTagSet' },
  { sub: 'cors', root: 'CORSConfiguration', missing: 'NoSuchCORSConfiguration' },
]

/** A policy is JSON, the others are XML of one kind. */
const checkDocument = (text: string, root: string | undefined) => {
  if (root !== undefined) {
    if (parseXml(text).name !== root) throw malformedXml()
    return
  }
  try {
    JSON.parse(text)
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    throw new S3Error('MalformedPolicy', 400, 'Policies must be valid JSON and the first byte must be "{"')
  }
}

export const documentRoutes: readonly Route[] = DOCUMENTS.flatMap(({ sub, root, missing }): Route[] => [
  {
    method: 'PUT',
    level: 'bucket',
    sub,
    handle: async (model, request) => {
      const document = await readText(model, request)
      checkDocument(document, root)
      model.putBucketDocument({ bucket: bucketOf(request), name: sub, document })
      return { status: root === undefined || sub === 'tagging' ? 204 : 200 }
    },
  },
  {
    method: 'GET',
    level: 'bucket',
    sub,
    handle: async (model, request) => {
      const body = model.headBucket({ bucket: bucketOf(request) }).documents[sub]
      if (body === undefined)
        throw new S3Error(missing, 404, 'The configuration that was asked for does not exist')
      const headers = root === undefined ? { 'content-type': 'application/json' } : {}
      return { status: 200, headers, body }
    },
  },
  {
    method: 'DELETE',
    level: 'bucket',
    sub,
    handle: async (model, request) => {
      model.putBucketDocument({ bucket: bucketOf(request), name: sub, document: undefined })
      return { status: 204 }
    },
  },
])
