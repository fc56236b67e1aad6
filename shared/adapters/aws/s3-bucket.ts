import {
  InvalidObjectState,
  NoSuchKey,
  NotFound,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import { isStorageClass, type StorageClass } from '../../domain/storage-class.ts'
import { SegmentIsCold, SegmentIsMissing, SegmentIsShort } from '../../ports/segment-store.ts'

/** A bucket and the account that must own it, which S3 checks on every call. */
export type S3Bucket = { readonly s3: S3Client; readonly bucket: string; readonly owner: string }

/** What every request to a bucket carries. */
export const inBucket = ({ bucket, owner }: S3Bucket) => ({ Bucket: bucket, ExpectedBucketOwner: owner })

export const statusOf = (error: unknown): number | undefined =>
  error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined

export const isNotFound = (error: unknown): boolean =>
  error instanceof NoSuchKey || error instanceof NotFound || statusOf(error) === 404

/** S3 leaves the class out for STANDARD. A class that is not known here is an error, not STANDARD. */
export const readStorageClass = (text: string | undefined): StorageClass => {
  if (text === undefined) return 'STANDARD'
  if (isStorageClass(text)) return text
  throw new Error(`S3 answered with an unknown storage class: ${text}`)
}

/** Turns what S3 says about an unreadable object into the port's words; any other error passes. */
export const translateRead = (key: string, error: unknown): unknown => {
  if (error instanceof InvalidObjectState) return new SegmentIsCold(key, { cause: error })
  if (isNotFound(error)) return new SegmentIsMissing(key, { cause: error })
  // the range begins behind the end of the object
  if (statusOf(error) === 416) return new SegmentIsShort(key, { cause: error })
  return error
}

const RESTORE = /ongoing-request="(true|false)"(?:, *expiry-date="([^"]+)")?/

/** Reads the `x-amz-restore` header. */
export const readRestore = (header: string | undefined) => {
  const [, ongoing, expiry] = RESTORE.exec(header ?? '') ?? []
  if (ongoing === undefined) return null
  return { ongoing: ongoing === 'true', readableUntil: expiry === undefined ? null : Date.parse(expiry) }
}
