import { DEFAULT_CHECKSUM } from './body.ts'
import { type ChecksumAlgorithm, makeDigest, makeMd5 } from './checksum.ts'
import { checkRead, checkWrite, type ReadConditions, type WriteConditions } from './conditions.ts'
import { contentOf } from './content.ts'
import { checkKey, type Description, describeObject } from './describe-object.ts'
import { type LockRequest, lockOf, type WrittenObject, writeVersion, written } from './put-object.ts'
import { findObject, isReadable, meterRetrieval } from './read-object.ts'
import { invalidRequest, S3Error } from './s3-error.ts'
import type { Checksum, ObjectVersion } from './stored.ts'
import { currentObject } from './versions.ts'
import { openBucket, type World } from './world.ts'

export type CopySource = ReadConditions & {
  readonly bucket: string
  readonly key: string
  readonly versionId?: string | undefined
}

export type CopyObjectInput = WriteConditions &
  LockRequest & {
    readonly bucket: string
    readonly key: string
    readonly source: CopySource
    readonly storageClass?: string | undefined
    /** Headers and metadata that replace the source's. */
    readonly replaceMetadata?: Pick<Description, 'headers' | 'metadata'> | undefined
    readonly replaceTags?: Readonly<Record<string, string>> | undefined
    readonly checksumAlgorithm?: ChecksumAlgorithm | undefined
  }

export type CopiedObject = WrittenObject & {
  readonly lastModified: number
  readonly sourceVersionId: string | undefined
}

/** "You can copy objects up to 5 GB in a single atomic action" */
export const MAX_COPY_BYTES = 5 * 1024 ** 3

/** What a copy may read: 403 `ObjectNotInActiveTierError` for an archived source that is not restored. */
export const openSource = (world: World, source: CopySource) => {
  const state = openBucket(world, source.bucket)
  const version = findObject(state, source.key, source.versionId)
  checkRead(version, source)
  if (!isReadable(version)) {
    throw new S3Error(
      'ObjectNotInActiveTierError',
      403,
      'The source object of the COPY operation is not in the active tier',
    )
  }
  const versionId = state.bucket.versioning === undefined ? undefined : version.versionId
  return { version, versionId }
}

const CHUNK = 8 * 1024 * 1024

/** A copy is one part, so its ETag is the MD5 of all of it; bytes are read again only where no known value serves. */
const sumsOfCopy = (
  world: World,
  { checksum, pieces, size, etag, multipart }: ObjectVersion,
  algorithm: ChecksumAlgorithm | undefined,
): { etag: string; checksum: Checksum } => {
  const wanted = algorithm ?? checksum?.algorithm ?? DEFAULT_CHECKSUM
  if (!multipart && checksum?.type === 'FULL_OBJECT' && checksum.algorithm === wanted)
    return { etag, checksum }
  const digest = makeDigest(wanted)
  const md5 = makeMd5()
  for (let at = 0; at < size; at += CHUNK) {
    const bytes = contentOf(world, pieces, at, Math.min(at + CHUNK, size)).bytes()
    digest.update(bytes)
    md5.update(bytes)
  }
  const value = digest.digest().toString('base64')
  return { etag: md5.digest().toString('hex'), checksum: { algorithm: wanted, value, type: 'FULL_OBJECT' } }
}

/** A copy is a new version, in STANDARD unless a class is named; it shares the source's bytes in the store. */
export const copyObject = (world: World, input: CopyObjectInput): CopiedObject => {
  const state = openBucket(world, input.bucket)
  checkKey(input.key)
  const { version: source, versionId: sourceVersionId } = openSource(world, input.source)
  if (source.size > MAX_COPY_BYTES) {
    throw invalidRequest('The specified copy source is larger than the maximum allowable size: 5368709120')
  }
  const described = describeObject({
    headers: input.replaceMetadata === undefined ? source.headers : input.replaceMetadata.headers,
    metadata: input.replaceMetadata === undefined ? source.metadata : input.replaceMetadata.metadata,
    tags: input.replaceTags ?? source.tags,
    storageClass: input.storageClass,
  })
  const isItself =
    source.bucket === input.bucket && source.key === input.key && input.source.versionId === undefined
  const changes = input.replaceMetadata ?? input.storageClass ?? input.replaceTags
  if (isItself && changes === undefined) {
    throw invalidRequest(
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    )
  }
  lockOf(state, input, world.now())
  checkWrite(input.key, currentObject(state, input.key), input)
  world.meter.add(`s3.put.${described.storageClass}`, 1)
  meterRetrieval(world, source, source.size)
  const copy = writeVersion(
    world,
    state,
    {
      ...described,
      key: input.key,
      pieces: source.pieces,
      size: source.size,
      ...sumsOfCopy(world, source, input.checksumAlgorithm),
      multipart: false,
      lock: input,
    },
    's3:ObjectCreated:Copy',
  )
  return { ...written(state, copy), lastModified: copy.createdAt, sourceVersionId }
}
