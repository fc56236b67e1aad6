import { hash } from 'node:crypto'
import * as z from 'zod'
import { isStorageClass, type StorageClass } from '../domain/storage-class.ts'
import { parseCsvFields } from './csv-fields.ts'

/**
 * The files of S3 Inventory in its CSV form: a manifest with the MD5 of itself beside it, and gzipped lists without a header,
 * every value in quotes and keys URL-encoded. https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-location.html
 */

const manifestSchema = z.object({
  sourceBucket: z.string(),
  version: z.literal('2016-11-30'),
  creationTimestamp: z.string().regex(/^\d{12,14}$/),
  fileFormat: z.literal('CSV'),
  fileSchema: z.string(),
  files: z.array(z.object({ key: z.string(), size: z.int(), MD5checksum: z.string() })),
})

/** The inventory is not what S3 wrote, or not one of this kind. */
export class InventoryUnusable extends Error {
  override readonly name = 'InventoryUnusable'
}

export type InventoryFile = { readonly key: string; readonly bytes: number; readonly md5: string }
export type InventoryManifest = {
  readonly takenAt: number
  readonly columns: readonly string[]
  readonly files: readonly InventoryFile[]
}

export const readManifest = (data: Uint8Array, checksum: string, sourceBucket: string): InventoryManifest => {
  if (hash('md5', data, 'hex') !== checksum.trim())
    throw new InventoryUnusable('the manifest is not the one of its checksum')
  try {
    const manifest = manifestSchema.parse(JSON.parse(Buffer.from(data).toString('utf8')))
    if (manifest.sourceBucket !== sourceBucket) throw new Error(`it is of ${manifest.sourceBucket}`)
    const columns = manifest.fileSchema.split(',').map((name) => name.trim())
    for (const wanted of ['Key', 'Size', 'StorageClass'])
      if (!columns.includes(wanted)) throw new Error(`it has no column ${wanted}`)
    const files = manifest.files.map(({ key, size, MD5checksum }) => ({ key, bytes: size, md5: MD5checksum }))
    return { takenAt: Number(manifest.creationTimestamp), columns, files }
  } catch (error) {
    throw new InventoryUnusable('the manifest is none of a CSV inventory', { cause: error })
  }
}

export type InventoryRow = {
  readonly key: string
  readonly bytes: number
  readonly storageClass: StorageClass
}

const decodeKey = (text: string) => decodeURIComponent(text.replaceAll('+', ' '))

/** One line of a list; undefined for what is no current object. */
export const readInventoryRow = (line: string, columns: readonly string[]): InventoryRow | undefined => {
  const values = parseCsvFields(line)
  const value = (name: string) => values?.[columns.indexOf(name)] ?? ''
  if (value('IsLatest') === 'false' || value('IsDeleteMarker') === 'true') return undefined
  const [key, size, storageClass] = [value('Key'), value('Size'), value('StorageClass')]
  if (key === '' || !/^\d+$/.test(size) || !isStorageClass(storageClass))
    throw new InventoryUnusable('a line is none of an inventory')
  return { key: decodeKey(key), bytes: Number(size), storageClass }
}
