import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3'
import type { SegmentSink } from '../../codec/segment-sink.ts'
import { SegmentIsShort, type SegmentReader } from '../../ports/segment-store.ts'
import {
  inBucket,
  isNotFound,
  readRestore,
  readStorageClass,
  type S3Bucket,
  translateRead,
} from './s3-bucket.ts'

export const makeS3SegmentReader = (archive: S3Bucket): SegmentReader => {
  const get = async (key: string, range?: string) => {
    const command = new GetObjectCommand({ ...inBucket(archive), Key: key, ...(range && { Range: range }) })
    try {
      const { Body } = await archive.s3.send(command)
      if (Body === undefined) throw new Error(`${key}: S3 answered without a body`)
      return Body
    } catch (error) {
      throw translateRead(key, error)
    }
  }

  const read = async (key: string, start: number, end: number) => {
    const bytes = await (await get(key, `bytes=${start}-${end - 1}`)).transformToByteArray()
    if (bytes.byteLength !== end - start) throw new SegmentIsShort(key)
    return bytes
  }

  const download = async (key: string, sink: SegmentSink, sha256: string) => {
    const hash = createHash('sha256')
    const body = await get(key)
    // on Node the SDK's body is a Readable; its type also covers the browser's
    if (!(body instanceof Readable)) throw new Error(`${key}: expected a readable stream`)
    for await (const chunk of body) {
      hash.update(chunk)
      await sink.write(chunk)
    }
    const actual = hash.digest('base64')
    if (actual !== sha256) throw new Error(`${key}: expected SHA-256 ${sha256}, got ${actual}`)
  }

  const head = async (key: string) => {
    const command = new HeadObjectCommand({ ...inBucket(archive), Key: key, ChecksumMode: 'ENABLED' })
    try {
      const answer = await archive.s3.send(command)
      return {
        key,
        bytes: answer.ContentLength ?? 0,
        sha256: answer.ChecksumSHA256 ?? null,
        storageClass: readStorageClass(answer.StorageClass),
        restore: readRestore(answer.Restore),
      }
    } catch (error) {
      if (isNotFound(error)) return undefined
      throw error
    }
  }

  return { read, download, head }
}
