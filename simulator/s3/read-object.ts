import { isArchiveClass } from '../../shared/domain/storage-class.ts'
import { type ByteRange, parseRange } from './byte-range.ts'
import { checkRead, type ReadConditions } from './conditions.ts'
import { type Content, contentOf } from './content.ts'
import { invalidArgument, noSuchKey, noSuchVersion, S3Error } from './s3-error.ts'
import type { ObjectVersion } from './stored.ts'
import { versionsOf } from './versions.ts'
import { type BucketState, openBucket, type World } from './world.ts'

export type ReadObjectInput = ReadConditions & {
  readonly bucket: string
  readonly key: string
  readonly versionId?: string | undefined
  /** A Range header, such as `bytes=0-99` or `bytes=-100`. */
  readonly range?: string | undefined
  readonly partNumber?: number | undefined
}

export type ObjectInfo = {
  readonly version: ObjectVersion
  /** Missing where versioning was never on. */
  readonly versionId: string | undefined
  /** Missing: the whole object. `end` is exclusive. */
  readonly range: ByteRange | undefined
  /** Of a multipart upload. */
  readonly partsCount: number | undefined
}

export type ReadObject = ObjectInfo & { readonly content: Content }

/** The version that a request names, or the current one. */
export const findObject = (state: BucketState, key: string, versionId: string | undefined): ObjectVersion => {
  const versions = versionsOf(state, key)
  if (versionId === undefined) {
    const [newest] = versions
    if (newest === undefined) throw noSuchKey(key)
    if (newest.deleteMarker) {
      throw noSuchKey(key, { 'x-amz-delete-marker': 'true', 'x-amz-version-id': newest.versionId })
    }
    return newest
  }
  if (versionId === '') throw invalidArgument('Version id cannot be the empty string')
  const version = versions.find((candidate) => candidate.versionId === versionId)
  if (version === undefined) throw noSuchVersion(key, versionId)
  // "If the version … is a delete marker", GET and HEAD of it are not allowed.
  if (version.deleteMarker) {
    throw new S3Error('MethodNotAllowed', 405, 'The specified method is not allowed against this resource.', {
      headers: {
        'x-amz-delete-marker': 'true',
        'x-amz-version-id': versionId,
        'last-modified': new Date(version.createdAt).toUTCString(),
      },
    })
  }
  return version
}

/** An archived object can be read only while it has a restored copy. */
export const isReadable = ({ storageClass, restore }: ObjectVersion) =>
  !isArchiveClass(storageClass) || restore?.expiresAt !== undefined

const partRange = ({ pieces, size, multipart }: ObjectVersion, number: number): ByteRange => {
  const part = multipart ? pieces[number - 1] : number === 1 ? { size } : undefined
  if (part === undefined) {
    throw new S3Error('InvalidPartNumber', 416, 'The requested partnumber is not satisfiable')
  }
  const start = pieces.slice(0, number - 1).reduce((sum, piece) => sum + piece.size, 0)
  return { start, end: start + part.size }
}

const inspect = (world: World, input: ReadObjectInput): { info: ObjectInfo; state: BucketState } => {
  const state = openBucket(world, input.bucket)
  const version = findObject(state, input.key, input.versionId)
  checkRead(version, input)
  if (input.range !== undefined && input.partNumber !== undefined) {
    throw invalidArgument('Cannot specify both Range header and partNumber query parameter')
  }
  const range =
    input.partNumber === undefined
      ? parseRange(input.range, version.size)
      : partRange(version, input.partNumber)
  const versionId = state.bucket.versioning === undefined ? undefined : version.versionId
  const partsCount = version.multipart ? version.pieces.length : undefined
  return { info: { version, versionId, range, partsCount }, state }
}

/** Answers for archived objects too. Billed as a GET of the object's class. */
export const headObject = (world: World, input: ReadObjectInput): ObjectInfo => {
  const { info } = inspect(world, input)
  world.meter.add(`s3.get.${info.version.storageClass}`, 1)
  return info
}

/** Classes with instant but paid retrieval are charged for each byte that is read. */
export const meterRetrieval = (world: World, { storageClass }: ObjectVersion, bytes: number) => {
  const isPaid =
    storageClass === 'STANDARD_IA' || storageClass === 'ONEZONE_IA' || storageClass === 'GLACIER_IR'
  if (isPaid && bytes > 0) world.meter.add(`s3.retrieval-gb.${storageClass}`, bytes)
}

export const getObject = (world: World, input: ReadObjectInput): ReadObject => {
  const { info } = inspect(world, input)
  const { version, range } = info
  world.meter.add(`s3.get.${version.storageClass}`, 1)
  if (!isReadable(version)) {
    // https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html, "InvalidObjectState"
    const message = "The operation is not valid for the object's storage class"
    throw new S3Error('InvalidObjectState', 403, message, { detail: { StorageClass: version.storageClass } })
  }
  const content = contentOf(world, version.pieces, range?.start ?? 0, range?.end ?? version.size)
  meterRetrieval(world, version, content.size)
  return { ...info, content }
}
