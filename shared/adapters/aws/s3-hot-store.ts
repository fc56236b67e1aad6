import { hash } from 'node:crypto'
import { Readable } from 'node:stream'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { type HotDrop, type HotObject, HotObjectChanged, type HotStore } from '../../ports/hot-store.ts'
import { inBucket, isNotFound, type S3Bucket, statusOf } from './s3-bucket.ts'

/** The hot bucket, with or without versions. */
export const makeS3HotStore = (hot: S3Bucket): HotStore => {
  const find = async (key: string): Promise<HotObject | undefined> => {
    try {
      const {
        ETag = '',
        VersionId,
        ContentLength = 0,
      } = await hot.s3.send(new HeadObjectCommand({ ...inBucket(hot), Key: key }))
      return { key, version: VersionId ?? ETag, etag: ETag, bytes: ContentLength }
    } catch (error) {
      if (isNotFound(error)) return undefined
      throw error
    }
  }

  const get = async ({ key, etag }: HotObject, range: string) => {
    const command = new GetObjectCommand({ ...inBucket(hot), Key: key, IfMatch: etag, Range: range })
    try {
      const { Body } = await hot.s3.send(command)
      if (Body === undefined) throw new Error(`${key}: S3 answered without a body`)
      return Body
    } catch (error) {
      if (isNotFound(error) || statusOf(error) === 412)
        throw new HotObjectChanged(`${key} changed while it was read`, { cause: error })
      throw error
    }
  }

  const stream = async (object: HotObject, start = 0) => {
    if (start >= object.bytes) return Readable.from([])
    const body = await get(object, `bytes=${start}-`)
    // on Node the SDK's body is a Readable; its type also covers the browser's
    if (!(body instanceof Readable)) throw new Error(`${object.key}: expected a readable stream`)
    return body
  }

  const read = async (object: HotObject, start: number, end: number) =>
    (await get(object, `bytes=${start}-${end - 1}`)).transformToByteArray()

  const remove = async ({ key, etag }: HotObject) => {
    try {
      await hot.s3.send(new DeleteObjectCommand({ ...inBucket(hot), Key: key, IfMatch: etag }))
      return 'removed'
    } catch (error) {
      if (isNotFound(error)) return 'gone'
      if (statusOf(error) === 412) return 'changed'
      throw error
    }
  }

  return { find, stream, read, remove }
}

export const makeS3HotDrop = (hot: S3Bucket): HotDrop => ({
  put: async (key, content) => {
    const checksum = { ChecksumSHA256: hash('sha256', content, 'base64') }
    await hot.s3.send(new PutObjectCommand({ ...inBucket(hot), Key: key, Body: content, ...checksum }))
  },
})
