import { noSuchKey, notImplemented, preconditionFailed, S3Error } from './s3-error.ts'
import type { ObjectVersion } from './stored.ts'

export type WriteConditions = {
  /** Only `*` */
  readonly ifNoneMatch?: string | undefined
  /** An ETag, or `*` */
  readonly ifMatch?: string | undefined
}

export type ReadConditions = {
  readonly ifMatch?: string | undefined
  readonly ifNoneMatch?: string | undefined
  /** ms */
  readonly ifModifiedSince?: number | undefined
  readonly ifUnmodifiedSince?: number | undefined
}

const bare = (etag: string) => etag.trim().replace(/^W\//, '').replace(/^"|"$/g, '')

const names = (list: string, etag: string) =>
  list.split(',').some((item) => item.trim() === '*' || bare(item) === etag)

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html */
export const checkWrite = (key: string, current: ObjectVersion | undefined, conditions: WriteConditions) => {
  const { ifNoneMatch, ifMatch } = conditions
  if (ifNoneMatch !== undefined) {
    // "If-None-Match … expects the '*' character"
    if (ifNoneMatch !== '*') throw notImplemented('If-None-Match with an ETag on a write')
    if (current !== undefined) throw preconditionFailed('If-None-Match')
  }
  if (ifMatch === undefined) return
  // "If there's no current object version with the same name … the operation fails with 404 Not Found"
  if (current === undefined) throw noSuchKey(key)
  if (!names(ifMatch, current.etag)) throw preconditionFailed('If-Match')
}

/** Dates in headers have seconds only. */
const seconds = (time: number) => Math.floor(time / 1000)

/**
 * Throws 412, or 304 without a body. As in RFC 9110, and S3's own note: a true If-Match outweighs a false
 * If-Unmodified-Since, a false If-None-Match outweighs a true If-Modified-Since.
 */
export const checkRead = (version: ObjectVersion, conditions: ReadConditions) => {
  const { ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince } = conditions
  const modified = seconds(version.createdAt)
  if (ifMatch !== undefined) {
    if (!names(ifMatch, version.etag)) throw preconditionFailed('If-Match')
  } else if (ifUnmodifiedSince !== undefined && modified > seconds(ifUnmodifiedSince)) {
    throw preconditionFailed('If-Unmodified-Since')
  }
  if (ifNoneMatch !== undefined) {
    if (names(ifNoneMatch, version.etag)) throw notModified(version)
  } else if (ifModifiedSince !== undefined && modified <= seconds(ifModifiedSince)) {
    throw notModified(version)
  }
}

const notModified = ({ etag, createdAt }: ObjectVersion) =>
  new S3Error('NotModified', 304, 'Not Modified', {
    headers: { etag: `"${etag}"`, 'last-modified': new Date(createdAt).toUTCString() },
  })
