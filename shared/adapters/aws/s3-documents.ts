import { hash } from 'node:crypto'
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import type { Documents, NewDocument, StoredDocument } from '../../ports/documents.ts'
import { inBucket, isNotFound, type S3Bucket, statusOf } from './s3-bucket.ts'

const CONFLICT_TRIES = 5

/** Documents in a bucket. A version is an ETag, which S3 compares when it writes. */
export const makeS3Documents = (archive: S3Bucket): Documents => {
  const read = async (key: string): Promise<StoredDocument | undefined> => {
    try {
      const { Body, ETag } = await archive.s3.send(new GetObjectCommand({ ...inBucket(archive), Key: key }))
      if (Body === undefined || ETag === undefined)
        throw new Error(`${key}: S3 answered without a body or an ETag`)
      return { data: await Body.transformToByteArray(), version: ETag }
    } catch (error) {
      if (isNotFound(error)) return undefined
      throw error
    }
  }

  const write = async (
    document: NewDocument,
    replaces: string | undefined,
    tries: number,
  ): Promise<'written' | 'changed'> => {
    const { key, data, contentType } = document
    const condition = replaces === undefined ? { IfNoneMatch: '*' } : { IfMatch: replaces }
    try {
      await archive.s3.send(
        new PutObjectCommand({
          ...inBucket(archive),
          Key: key,
          Body: data,
          ContentType: contentType,
          ChecksumSHA256: hash('sha256', data, 'base64'),
          ...condition,
        }),
      )
      return 'written'
    } catch (error) {
      const status = statusOf(error)
      // 409: another conditional write to the key is under way; how it ends decides the next try
      if (status === 409 && tries > 1) return write(document, replaces, tries - 1)
      // 404: the one to replace has gone
      if (status !== 412 && status !== 404) throw error
      // it may be this very write, whose first answer was lost
      const stored = await read(key)
      return stored !== undefined && Buffer.compare(stored.data, data) === 0 ? 'written' : 'changed'
    }
  }

  return { read, write: (document, replaces) => write(document, replaces, CONFLICT_TRIES) }
}
