import { hash } from 'node:crypto'
import type { S3Model } from '../../../simulator/s3/s3-model.ts'
import { type Delivery, MAX_PART_BYTES, PartTooLarge, type StoredPart } from '../../ports/delivery.ts'
import { codeOf } from './s3-code.ts'

/** The rehydrated bucket on the simulated S3, in process. */
export const makeMemoryDelivery = (s3: S3Model, bucket: string, maxPartBytes = MAX_PART_BYTES): Delivery => {
  const find = async (key: string): Promise<StoredPart | null> => {
    try {
      const { size, etag } = s3.headObject({ bucket, key }).version
      return { bytes: size, version: etag }
    } catch (error) {
      if (codeOf(error) === 'NoSuchKey') return null
      throw error
    }
  }

  const begin: Delivery['begin'] = async (key, contentType) => {
    const pieces: Buffer[] = []
    let bytes = 0
    return {
      write: async (piece) => {
        bytes += piece.byteLength
        if (bytes > maxPartBytes)
          throw new PartTooLarge(`its records are more than the ${maxPartBytes} bytes of one file`)
        pieces.push(Buffer.from(piece))
      },
      close: async () => undefined,
      put: async (replaces) => {
        const body = Buffer.concat(pieces)
        const condition = replaces === null ? { ifNoneMatch: '*' } : { ifMatch: replaces.version }
        try {
          s3.putObject({ bucket, key, body, headers: { 'content-type': contentType }, ...condition })
        } catch (error) {
          if (codeOf(error) === 'PreconditionFailed' || codeOf(error) === 'NoSuchKey') return 'changed'
          throw error
        }
        return { bytes: body.length, sha256: hash('sha256', body, 'base64') }
      },
      discard: async () => {
        pieces.length = 0
      },
    }
  }

  return {
    find,
    begin,
    putWhole: async (key, content, contentType) => {
      s3.putObject({ bucket, key, body: content, headers: { 'content-type': contentType } })
    },
  }
}
