import { measureBody } from '../body.ts'
import { invalidRequest } from '../s3-error.ts'
import type { S3Model } from '../s3-model.ts'
import { receiveBody } from './receive-body.ts'
import type { S3Request } from './s3-request.ts'
import { parseXml, type XmlNode } from './xml-reader.ts'

/** More than any valid document has: ten thousand parts, a thousand keys. */
const MAX_BYTES = 8 * 1024 * 1024

/** The request's body as text, its checksums checked. */
export const readText = async (model: S3Model, request: S3Request): Promise<string> => {
  if (Number(request.header('content-length') ?? 0) > MAX_BYTES)
    throw invalidRequest('The document is too large')
  const { body, checksum, contentMd5 } = await receiveBody(
    model,
    request,
    undefined,
    Number.POSITIVE_INFINITY,
  )
  if (!(body instanceof Uint8Array)) throw new TypeError('a document was staged')
  measureBody(body, { checksum, contentMd5 })
  return Buffer.from(body).toString('utf8')
}

export const readDocument = async (model: S3Model, request: S3Request): Promise<XmlNode> =>
  parseXml(await readText(model, request))
