import { hash } from 'node:crypto'
import { HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import type { ThawManifests } from '../../ports/thaw-jobs.ts'
import { thawManifestText } from '../thaw-manifest-text.ts'
import { inBucket, type S3Bucket, statusOf } from './s3-bucket.ts'

/** Manifests in the archive bucket. A version is an ETag, which a job compares before it begins. */
export const makeS3ThawManifests = (archive: S3Bucket): ThawManifests => {
  const versionOf = (key: string, etag: string | undefined): string => {
    if (etag === undefined) throw new Error(`${key}: S3 answered without an ETag`)
    return etag
  }

  return {
    write: async (key, objects) => {
      const data = Buffer.from(thawManifestText(archive.bucket, objects))
      const ChecksumSHA256 = hash('sha256', data, 'base64')
      try {
        const { ETag } = await archive.s3.send(
          new PutObjectCommand({
            ...inBucket(archive),
            Key: key,
            Body: data,
            ContentType: 'text/csv',
            // "S3 Batch Operations does not support CSV manifest files that are AWS KMS-encrypted", as the bucket's others are
            ServerSideEncryption: 'AES256',
            ChecksumSHA256,
            IfNoneMatch: '*',
          }),
        )
        return versionOf(key, ETag)
      } catch (error) {
        if (statusOf(error) !== 412) throw error
        // written before: what is there is what a job may have been told of
        const head = new HeadObjectCommand({ ...inBucket(archive), Key: key, ChecksumMode: 'ENABLED' })
        const stored = await archive.s3.send(head)
        if (stored.ChecksumSHA256 !== ChecksumSHA256)
          throw new Error(`${key}: something else is there`, { cause: error })
        return versionOf(key, stored.ETag)
      }
    },
  }
}
