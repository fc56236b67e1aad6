import { GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import type { FileSigner } from '../../ports/file-signer.ts'
import { inBucket, isNotFound, type S3Bucket } from './s3-bucket.ts'

/**
 * Signs with the credentials of the function: a URL opens what its role may read, and no longer than they hold. Whoever
 * follows it would have to send the bucket's expected owner as a header of their own, so the owner is checked here instead,
 * by the look whether the file is there.
 */
export const makeS3FileSigner = (target: S3Bucket): FileSigner => ({
  sign: async (key, seconds) => {
    try {
      await target.s3.send(new HeadObjectCommand({ ...inBucket(target), Key: key }))
    } catch (error) {
      if (isNotFound(error)) return null
      throw error
    }
    const get = new GetObjectCommand({ Bucket: target.bucket, Key: key })
    return getSignedUrl(target.s3, get, { expiresIn: seconds })
  },
})
