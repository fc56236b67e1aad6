import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { type Delivery, MAX_PART_BYTES, type PartDraft, PartTooLarge } from '../../ports/delivery.ts'
import { inBucket, isNotFound, type S3Bucket, statusOf } from './s3-bucket.ts'

/** Up to this size a part is put from memory, so that the SDK can try again by itself. */
const IN_MEMORY_BYTES = 64 * 2 ** 20
const PUT_TRIES = 4

const isFull = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOSPC'

const writeAll = async (file: FileHandle, bytes: Uint8Array): Promise<void> => {
  let written = 0
  while (written < bytes.byteLength)
    written += (await file.write(bytes, written, bytes.byteLength - written)).bytesWritten
}

/** Files of the rehydrated bucket, written in `folder` first. */
export const makeS3Delivery = (target: S3Bucket & { readonly folder: string }): Delivery => {
  const find = async (key: string) => {
    try {
      const head = new HeadObjectCommand({ ...inBucket(target), Key: key })
      const { ContentLength = 0, ETag } = await target.s3.send(head)
      if (ETag === undefined) throw new Error(`${key}: S3 answered without an ETag`)
      return { bytes: ContentLength, version: ETag }
    } catch (error) {
      if (isNotFound(error)) return null
      throw error
    }
  }

  const begin = async (key: string, contentType: string): Promise<PartDraft> => {
    const path = join(target.folder, `part-${randomUUID()}`)
    const file = await open(path, 'wx')
    const hash = createHash('sha256')
    let bytes = 0
    let sha256: string | undefined

    const write = async (piece: Uint8Array) => {
      bytes += piece.byteLength
      if (bytes > MAX_PART_BYTES)
        throw new PartTooLarge(`its records are more than the ${MAX_PART_BYTES} bytes of one file`)
      hash.update(piece)
      try {
        await writeAll(file, piece)
      } catch (error) {
        if (!isFull(error)) throw error
        throw new PartTooLarge(`its records are more than the disk of the function takes`, { cause: error })
      }
    }

    const close = async () => {
      if (sha256 !== undefined) return
      sha256 = hash.digest('base64')
      await file.close()
    }

    const tryPut = async (version: string | undefined, checksum: string) => {
      const body = bytes <= IN_MEMORY_BYTES ? await readFile(path) : createReadStream(path)
      const condition = version === undefined ? { IfNoneMatch: '*' } : { IfMatch: version }
      await target.s3.send(
        new PutObjectCommand({
          ...inBucket(target),
          Key: key,
          Body: body,
          ContentLength: bytes,
          ContentType: contentType,
          ChecksumSHA256: checksum,
          ...condition,
        }),
      )
    }

    const put: PartDraft['put'] = async (replaces) => {
      await close()
      const checksum = sha256 ?? ''
      for (let tries = 1; ; tries += 1) {
        try {
          await tryPut(replaces?.version, checksum)
          return { bytes, sha256: checksum }
        } catch (error) {
          const status = statusOf(error)
          // 412: another version is there; 404: the one to replace has gone; 409: another write is under way
          if (status === 412 || status === 404 || status === 409) return 'changed'
          if (tries === PUT_TRIES || bytes <= IN_MEMORY_BYTES) throw error
        }
      }
    }

    const discard = async () => {
      await close()
      await rm(path, { force: true })
    }

    return { write, close, put, discard }
  }

  const putWhole = async (key: string, content: Uint8Array, contentType: string) => {
    await target.s3.send(
      new PutObjectCommand({
        ...inBucket(target),
        Key: key,
        Body: content,
        ContentType: contentType,
        ChecksumSHA256: createHash('sha256').update(content).digest('base64'),
      }),
    )
  }

  return { find, begin, putWhole }
}
