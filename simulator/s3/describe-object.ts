import { isStorageClass, type StorageClass } from '../../shared/domain/storage-class.ts'
import { invalidArgument, notImplemented, S3Error } from './s3-error.ts'
import type { Described } from './stored.ts'

/** The limits of https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html and object-tagging.html */
const MAX_KEY_BYTES = 1024
const MAX_METADATA_BYTES = 2048
const MAX_TAGS = 10
const MAX_TAG_NAME = 128
const MAX_TAG_VALUE = 256

export type Description = {
  readonly storageClass?: string | undefined
  /** Of `content-type`, `cache-control`, … : those that S3 gives back. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Without the `x-amz-meta-`. */
  readonly metadata?: Readonly<Record<string, string>> | undefined
  readonly tags?: Readonly<Record<string, string>> | undefined
}

export const checkKey = (key: string) => {
  if (key === '') throw invalidArgument('Object key must not be empty')
  const size = Buffer.byteLength(key)
  if (size > MAX_KEY_BYTES) {
    throw new S3Error('KeyTooLongError', 400, 'Your key is too long', {
      detail: { Size: String(size), MaxSizeAllowed: String(MAX_KEY_BYTES) },
    })
  }
}

/** INTELLIGENT_TIERING moves objects by their use, which is not modelled: refused, as any other unknown class is. */
export const checkStorageClass = (text: string): StorageClass => {
  if (text === 'INTELLIGENT_TIERING') throw notImplemented('storage class INTELLIGENT_TIERING')
  if (isStorageClass(text)) return text
  throw new S3Error('InvalidStorageClass', 400, 'The storage class you specified is not valid')
}

export const checkTags = (tags: Readonly<Record<string, string>>) => {
  const names = Object.keys(tags)
  if (names.length > MAX_TAGS)
    throw new S3Error('BadRequest', 400, `Object tags cannot be greater than ${MAX_TAGS}`)
  for (const name of names) {
    const value = tags[name] ?? ''
    if (name === '' || name.length > MAX_TAG_NAME) {
      throw new S3Error('InvalidTag', 400, 'The TagKey you have provided is invalid')
    }
    if (value.length > MAX_TAG_VALUE) {
      throw new S3Error('InvalidTag', 400, 'The TagValue you have provided is invalid')
    }
  }
}

export const describeObject = (description: Description): Described => {
  const { storageClass = 'STANDARD', headers = {}, metadata = {}, tags = {} } = description
  checkTags(tags)
  const size = Object.entries(metadata).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value),
    0,
  )
  if (size > MAX_METADATA_BYTES) {
    throw new S3Error(
      'MetadataTooLarge',
      400,
      'Your metadata headers exceed the maximum allowed metadata size',
    )
  }
  return { storageClass: checkStorageClass(storageClass), headers, metadata, tags }
}
