import { createHash } from 'node:crypto'
import { makeDigest } from './checksum.ts'
import { checkWrite, type WriteConditions } from './conditions.ts'
import { combineCrcs } from './crc-combine.ts'
import { closeUpload, findUpload, type UploadTarget } from './multipart.ts'
import { type WrittenObject, writeVersion, written } from './put-object.ts'
import { badDigest, invalidRequest, malformedXml, S3Error } from './s3-error.ts'
import type { Checksum, Part, Upload } from './stored.ts'
import { currentObject } from './versions.ts'
import { openBucket, type World } from './world.ts'

export type NamedPart = {
  readonly number: number
  readonly etag: string
  /** base64, of the upload's algorithm */
  readonly checksum?: string | undefined
}

export type CompleteUploadInput = WriteConditions &
  UploadTarget & {
    readonly parts: readonly NamedPart[]
    /** Of the whole object, base64; only checked where S3 checks it: full-object checksums. */
    readonly checksum?: string | undefined
    readonly objectSize?: number | undefined
  }

/** "Part size: 5 MB to 5 GB. There is no minimum size limit on the last part" */
const MIN_PART_BYTES = 5 * 1024 ** 2

const invalidPart = () =>
  new S3Error(
    'InvalidPart',
    400,
    "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
  )

const choose = (upload: Upload, named: readonly NamedPart[], uploaded: ReadonlyMap<number, Part>): Part[] => {
  if (named.length === 0) throw malformedXml()
  const { checksumAlgorithm: algorithm, checksumType } = upload
  if (named.some(({ number }, index) => number <= (named[index - 1]?.number ?? 0))) {
    const message = 'The list of parts was not in ascending order. Parts must be ordered by part number.'
    throw new S3Error('InvalidPartOrder', 400, message)
  }
  return named.map(({ number, etag, checksum }, index) => {
    const part = uploaded.get(number)
    if (part === undefined || part.etag !== etag.replaceAll('"', '')) throw invalidPart()
    if (checksum !== undefined && checksum !== part.checksum?.value) throw invalidPart()
    if (checksum === undefined && checksumType === 'COMPOSITE') {
      throw invalidRequest(
        `The upload was created using a ${algorithm.toLowerCase()} checksum. The complete request must include the checksum for each part. It was missing for part ${number} in the request.`,
      )
    }
    if (index < named.length - 1 && part.piece.size < MIN_PART_BYTES) {
      const message = 'Your proposed upload is smaller than the minimum allowed size'
      throw new S3Error('EntityTooSmall', 400, message, {
        detail: {
          PartNumber: String(number),
          ProposedSize: String(part.piece.size),
          MinSizeAllowed: String(MIN_PART_BYTES),
        },
      })
    }
    return part
  })
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html */
const checksumOfParts = (
  { checksumAlgorithm: algorithm, checksumType: type }: Upload,
  parts: Part[],
): Checksum => {
  if (type === 'FULL_OBJECT') {
    const values = parts.map(({ checksum, piece }) => ({ value: checksum?.value ?? '', size: piece.size }))
    return { algorithm, type, value: combineCrcs(algorithm, values) }
  }
  const digest = makeDigest(algorithm)
  for (const { checksum } of parts) digest.update(Buffer.from(checksum?.value ?? '', 'base64'))
  return { algorithm, type, value: `${digest.digest().toString('base64')}-${parts.length}` }
}

const etagOfParts = (parts: readonly Part[]) => {
  const hash = createHash('md5')
  for (const { etag } of parts) hash.update(etag, 'hex')
  return `${hash.digest('hex')}-${parts.length}`
}

/**
 * Makes one object of the parts, without reading them. The upload is gone afterwards: completing it again answers
 * NoSuchUpload, as S3 does once it has forgotten the first call.
 */
export const completeUpload = (world: World, input: CompleteUploadInput): WrittenObject => {
  const state = openBucket(world, input.bucket)
  const open = findUpload(state, input)
  const { upload } = open
  world.meter.add(`s3.put.${upload.storageClass}`, 1)
  const parts = choose(upload, input.parts, open.parts)
  const size = parts.reduce((sum, { piece }) => sum + piece.size, 0)
  if (input.objectSize !== undefined && input.objectSize !== size) {
    throw invalidRequest(
      `The provided 'x-amz-mp-object-size' header does not match what was computed: ${size}`,
    )
  }
  const checksum = checksumOfParts(upload, parts)
  if (checksum.type === 'FULL_OBJECT' && input.checksum !== undefined && input.checksum !== checksum.value) {
    throw badDigest(checksum.algorithm)
  }
  checkWrite(input.key, currentObject(state, input.key), input)
  const version = writeVersion(
    world,
    state,
    {
      storageClass: upload.storageClass,
      headers: upload.headers,
      metadata: upload.metadata,
      tags: upload.tags,
      key: upload.key,
      pieces: parts.map(({ piece }) => piece),
      size,
      etag: etagOfParts(parts),
      checksum,
      multipart: true,
      lock: { legalHold: upload.legalHold, retention: upload.retention },
    },
    's3:ObjectCreated:CompleteMultipartUpload',
  )
  closeUpload(world, state, open, world.now())
  return written(state, version)
}
