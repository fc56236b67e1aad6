/** An answer of S3 that is not a success. `code`, `status` and `message` are S3's own. */
export class S3Error extends Error {
  override readonly name = 'S3Error'
  readonly code: string
  readonly status: number
  /** More elements of the error document, such as `StorageClass`. */
  readonly detail: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>

  constructor(
    code: string,
    status: number,
    message: string,
    more: { detail?: Record<string, string>; headers?: Record<string, string> } = {},
  ) {
    super(message)
    this.code = code
    this.status = status
    this.detail = more.detail ?? {}
    this.headers = more.headers ?? {}
  }
}

export const invalidArgument = (message: string) => new S3Error('InvalidArgument', 400, message)

export const invalidRequest = (message: string) => new S3Error('InvalidRequest', 400, message)

export const malformedXml = () =>
  new S3Error(
    'MalformedXML',
    400,
    'The XML you provided was not well-formed or did not validate against our published schema',
  )

export const noSuchBucket = (bucket: string) =>
  new S3Error('NoSuchBucket', 404, 'The specified bucket does not exist', { detail: { BucketName: bucket } })

export const noSuchKey = (key: string, headers: Record<string, string> = {}) =>
  new S3Error('NoSuchKey', 404, 'The specified key does not exist.', { detail: { Key: key }, headers })

export const noSuchVersion = (key: string, versionId: string) =>
  new S3Error('NoSuchVersion', 404, 'The specified version does not exist.', {
    detail: { Key: key, VersionId: versionId },
  })

export const noSuchUpload = (uploadId: string) =>
  new S3Error(
    'NoSuchUpload',
    404,
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    { detail: { UploadId: uploadId } },
  )

export const notImplemented = (what: string) =>
  new S3Error('NotImplemented', 501, `The simulator does not implement ${what}`)

export const preconditionFailed = (condition: string) =>
  new S3Error('PreconditionFailed', 412, 'At least one of the pre-conditions you specified did not hold', {
    detail: { Condition: condition },
  })

export const slowDown = () => new S3Error('SlowDown', 503, 'Please reduce your request rate.')

export const internalError = () =>
  new S3Error('InternalError', 500, 'We encountered an internal error. Please try again.')

/** What a conditional write gets when another write of the key is under way; for fault hooks to throw. */
export const conditionalRequestConflict = () =>
  new S3Error(
    'ConditionalRequestConflict',
    409,
    'The conditional request cannot succeed due to a conflicting operation against this resource.',
  )

export const badDigest = (what: string) =>
  new S3Error('BadDigest', 400, `The ${what} you specified did not match the calculated checksum.`)
