import { HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import type { NewObject, SegmentWriter } from '../../ports/segment-store.ts'
import { inBucket, type S3Bucket, statusOf } from './s3-bucket.ts'

const CONFLICT_TRIES = 5

/** Puts immutable objects; see the port for its promises. Content of a file is read whole: a segment is at most 250 MB. */
export const makeS3SegmentWriter = (archive: S3Bucket): SegmentWriter => {
  const storedSha256 = async (key: string) => {
    const head = new HeadObjectCommand({ ...inBucket(archive), Key: key, ChecksumMode: 'ENABLED' })
    return (await archive.s3.send(head)).ChecksumSHA256
  }

  const tryPut = async ({ key, content, bytes, sha256, storageClass, contentType }: NewObject) => {
    const body = content.kind === 'memory' ? content.data : await content.read()
    if (body.byteLength !== bytes)
      throw new Error(`${key}: expected ${bytes} bytes to put, got ${body.byteLength}`)
    const put = new PutObjectCommand({
      ...inBucket(archive),
      Key: key,
      Body: body,
      ContentType: contentType,
      ChecksumSHA256: sha256,
      IfNoneMatch: '*',
      StorageClass: storageClass,
    })
    return (await archive.s3.send(put)).ChecksumSHA256
  }

  const put = async (object: NewObject, tries: number): Promise<'stored' | 'already-stored'> => {
    try {
      const confirmed = await tryPut(object)
      if (confirmed !== object.sha256)
        throw new Error(`${object.key}: S3 did not confirm the SHA-256 of what it stored`)
      return 'stored'
    } catch (error) {
      // 409: another conditional write to the key is under way; how it ends decides the next try
      if (statusOf(error) === 409 && tries > 1) return put(object, tries - 1)
      if (statusOf(error) !== 412) throw error
      // 412 may be this very put, whose first answer was lost
      if ((await storedSha256(object.key)) === object.sha256) return 'already-stored'
      throw new Error(`${object.key} exists with other bytes`, { cause: error })
    }
  }

  return { put: (object) => put(object, CONFLICT_TRIES) }
}
