import { createHash } from 'node:crypto'
import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import {
  type InventoryFile,
  type InventoryManifest,
  InventoryUnusable,
  readInventoryRow,
  readManifest,
} from '../codec/inventory-files.ts'
import type { Documents } from '../ports/documents.ts'
import type { InventoriedObject, Inventory } from '../ports/inventory.ts'
import type { FolderLister } from '../ports/segment-store.ts'

/** Where `resources/archive-bucket.yml` has S3 put the inventory of the bucket itself. */
export const INVENTORY_PREFIX = 'inventory/'
export const INVENTORY_ID = 'archive'

/** The lines of a stream, which ends with who reads them: `node:readline` would let it go on, and throw its errors at nobody. */
async function* linesIn(stream: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split(/\r?\n/)
    rest = lines.pop() ?? ''
    yield* lines
  }
  yield rest
}

const TAKEN = /^\d{4}-\d{2}-\d{2}T\d{2}-\d{2}Z\/$/

/** The inventories that S3 writes of a bucket, into the bucket. */
export const makeInventory = (archive: {
  readonly bucket: string
  readonly folders: FolderLister
  readonly documents: Documents
  readonly stream: (key: string) => Promise<AsyncIterable<Uint8Array>>
}): Inventory => {
  const { bucket, folders, documents, stream } = archive
  const place = `${INVENTORY_PREFIX}${bucket}/${INVENTORY_ID}/`

  /** Undefined while S3 is still writing it: the manifest comes last, and its checksum after that. */
  const manifestIn = async (folder: string): Promise<InventoryManifest | undefined> => {
    const manifest = await documents.read(`${place}${folder}manifest.json`)
    const checksum = await documents.read(`${place}${folder}manifest.checksum`)
    if (manifest === undefined || checksum === undefined) return undefined
    return readManifest(manifest.data, Buffer.from(checksum.data).toString('utf8'), bucket)
  }

  async function* linesOf({ key, md5 }: InventoryFile): AsyncIterable<string> {
    const hash = createHash('md5')
    const packed = await stream(key)
    const counted = async function* () {
      for await (const chunk of packed) {
        hash.update(chunk)
        yield chunk
      }
    }
    // an error of either ends both, and comes to who reads
    const unpacked = pipeline(Readable.from(counted()), createGunzip(), () => undefined)
    yield* linesIn(unpacked)
    if (hash.digest('hex') !== md5) throw new InventoryUnusable(`${key} is not the one of the manifest`)
  }

  async function* objectsIn({ files, columns }: InventoryManifest): AsyncIterable<InventoriedObject> {
    for (const file of files)
      for await (const line of linesOf(file)) {
        const row = line === '' ? undefined : readInventoryRow(line, columns)
        if (row !== undefined) yield { ...row, restore: null }
      }
  }

  return {
    latest: async () => {
      const taken: string[] = []
      for await (const folder of folders.folders(place)) if (TAKEN.test(folder)) taken.push(folder)
      for (const folder of taken.toSorted().toReversed()) {
        const manifest = await manifestIn(folder)
        if (manifest !== undefined) return { takenAt: manifest.takenAt, objects: () => objectsIn(manifest) }
      }
      return undefined
    },
  }
}
