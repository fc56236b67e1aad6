import {
  DeleteObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  type ListObjectsV2CommandOutput,
  PutObjectTaggingCommand,
} from '@aws-sdk/client-s3'
import type {
  ClassTagger,
  FolderLister,
  ListedObject,
  SegmentLister,
  SegmentRemover,
} from '../../ports/segment-store.ts'
import { inBucket, readStorageClass, type S3Bucket } from './s3-bucket.ts'

/** The tag by which the bucket's lifecycle rules choose; `resources/` holds one rule for each class. */
export const CLASS_TAG = 'icecore-class'

type Listing = Pick<ListObjectsV2CommandInput, 'Prefix' | 'Delimiter' | 'OptionalObjectAttributes'>

/** Every page of a listing, a request each. */
async function* pagesOf(archive: S3Bucket, listing: Listing): AsyncIterable<ListObjectsV2CommandOutput> {
  let token: string | undefined
  do {
    const page: ListObjectsV2CommandOutput = await archive.s3.send(
      new ListObjectsV2Command({
        ...inBucket(archive),
        ...listing,
        ...(token && { ContinuationToken: token }),
      }),
    )
    yield page
    token = page.NextContinuationToken
  } while (token !== undefined)
}

export const makeS3Lister = (archive: S3Bucket): SegmentLister => ({
  async *list(prefix: string): AsyncIterable<ListedObject> {
    const listing: Listing = { Prefix: prefix, OptionalObjectAttributes: ['RestoreStatus'] }
    for await (const page of pagesOf(archive, listing))
      for (const { Key, Size, StorageClass, LastModified, ETag, RestoreStatus } of page.Contents ?? []) {
        if (Key === undefined) continue
        yield {
          key: Key,
          bytes: Size ?? 0,
          storageClass: readStorageClass(StorageClass),
          lastModified: LastModified?.getTime() ?? 0,
          etag: ETag ?? '',
          restore: RestoreStatus
            ? {
                ongoing: RestoreStatus.IsRestoreInProgress ?? false,
                readableUntil: RestoreStatus.RestoreExpiryDate?.getTime() ?? null,
              }
            : null,
        }
      }
  },
})

export const makeS3FolderLister = (archive: S3Bucket): FolderLister => ({
  async *folders(prefix: string): AsyncIterable<string> {
    for await (const page of pagesOf(archive, { Prefix: prefix, Delimiter: '/' }))
      for (const { Prefix } of page.CommonPrefixes ?? [])
        if (Prefix !== undefined) yield Prefix.slice(prefix.length)
  },
})

export const makeS3ClassTagger = (archive: S3Bucket): ClassTagger => ({
  tag: async (key, storageClass) => {
    const Tagging = { TagSet: [{ Key: CLASS_TAG, Value: storageClass }] }
    await archive.s3.send(new PutObjectTaggingCommand({ ...inBucket(archive), Key: key, Tagging }))
  },
})

export const makeS3Remover = (archive: S3Bucket): SegmentRemover => ({
  remove: async (key) => {
    await archive.s3.send(new DeleteObjectCommand({ ...inBucket(archive), Key: key }))
  },
})
