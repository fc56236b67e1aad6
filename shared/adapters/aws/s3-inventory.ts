import { Readable } from 'node:stream'
import { GetObjectCommand } from '@aws-sdk/client-s3'
import type { Inventory } from '../../ports/inventory.ts'
import { makeInventory } from '../inventory-store.ts'
import { makeS3FolderLister } from './s3-archive-admin.ts'
import { inBucket, type S3Bucket } from './s3-bucket.ts'
import { makeS3Documents } from './s3-documents.ts'

export const makeS3Inventory = (archive: S3Bucket): Inventory =>
  makeInventory({
    bucket: archive.bucket,
    folders: makeS3FolderLister(archive),
    documents: makeS3Documents(archive),
    stream: async (key) => {
      const { Body } = await archive.s3.send(new GetObjectCommand({ ...inBucket(archive), Key: key }))
      // on Node the SDK's body is a Readable; its type also covers the browser's
      if (!(Body instanceof Readable)) throw new Error(`${key}: expected a readable stream`)
      return Body
    },
  })
