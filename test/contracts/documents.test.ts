import { hash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { INVENTORY_ID, makeInventory } from '../../shared/adapters/inventory-store.ts'
import { InventoryUnusable } from '../../shared/codec/inventory-files.ts'
import { collect } from '../support/archive-facts.ts'
import { aCommit, aSegment, NOON } from '../support/builders.ts'
import { ARCHIVE_BACKENDS, type ArchiveBackend } from './archive-backend.ts'

describe.each(ARCHIVE_BACKENDS)('documents of the archive bucket %s', (_, open) => {
  let backend: ArchiveBackend
  beforeAll(async () => {
    backend = await open()
  })
  afterAll(async () => {
    await backend.close()
  })

  const aDocument = (key: string, text: string) => ({
    key,
    data: Buffer.from(text),
    contentType: 'text/plain',
  })
  const textOf = async (key: string) => {
    const stored = await backend.archive.documents.read(key)
    return stored && Buffer.from(stored.data).toString('utf8')
  }

  test('one that is not there is undefined', async () => {
    expect(await backend.archive.documents.read('reports/none')).toBeUndefined()
  })

  test('of two who read the same version one writes, and a repeat of one’s own write is written', async () => {
    const { read, write } = backend.archive.documents
    const key = 'reports/contract-1'
    expect(await write(aDocument(key, 'a'), undefined)).toBe('written')
    expect(await write(aDocument(key, 'a'), undefined)).toBe('written')
    expect(await write(aDocument(key, 'b'), undefined)).toBe('changed')
    const version = (await read(key))?.version
    expect(await write(aDocument(key, 'c'), version)).toBe('written')
    expect(await write(aDocument(key, 'c'), version)).toBe('written')
    expect(await write(aDocument(key, 'd'), version)).toBe('changed')
    expect(await textOf(key)).toBe('c')
  })

  test('one whose version has gone is changed', async () => {
    const { read, write } = backend.archive.documents
    const key = 'index/dataset=orders/partition=2024-03-10/gone.index'
    await write(aDocument(key, 'a'), undefined)
    const version = (await read(key))?.version
    await backend.archive.remover.remove(key)
    expect(await write(aDocument(key, 'b'), version)).toBe('changed')
    expect(await read(key)).toBeUndefined()
  })

  describe('snapshots', () => {
    const ref = { dataset: 'orders', partition: '2024-03-10' }
    const snapshot = {
      ...ref,
      takenAt: NOON,
      commits: [
        aCommit(),
        aCommit({ id: 'G#000001', segments: [aSegment({ kind: 'sealed' })], replaces: ['L#x'] }),
      ],
    }

    test('come back as they were written, and are replaced only in the version that was read', async () => {
      const { read, write } = backend.archive.snapshots
      expect(await read(ref)).toEqual({ snapshot: undefined, version: undefined, damaged: false })
      expect(await write(snapshot, undefined)).toBe('written')
      const kept = await read(ref)
      expect(kept).toMatchObject({ snapshot, damaged: false })
      expect(await write({ ...snapshot, takenAt: NOON + 1 }, undefined)).toBe('changed')
      expect(await write({ ...snapshot, takenAt: NOON + 2 }, kept.version)).toBe('written')
      expect((await read(ref)).snapshot?.takenAt).toBe(NOON + 2)
    })

    test('that are damaged, or of another partition, are said to be', async () => {
      const { documents, snapshots } = backend.archive
      const other = { ...ref, partition: '2024-03-11' }
      const key = 'catalog/dataset=orders/partition=2024-03-11.json'
      const data = await documents.read('catalog/dataset=orders/partition=2024-03-10.json')
      await documents.write({ key, data: data?.data ?? Buffer.alloc(0), contentType: 'x/y' }, undefined)
      expect(await snapshots.read(other)).toMatchObject({ snapshot: undefined, damaged: true })
      await documents.write(aDocument(key, '{"icecore":"catalog"}\n'), (await documents.read(key))?.version)
      expect(await snapshots.read(other)).toMatchObject({ snapshot: undefined, damaged: true })
    })
  })

  test('folders are named once each, in order, and not what lies right there', async () => {
    const { documents, folders } = backend.archive
    for (const key of ['folders/b/1', 'folders/b/2', 'folders/a/x/1', 'folders/file'])
      await documents.write(aDocument(key, 'x'), undefined)
    expect(await collect(folders.folders('folders/'))).toEqual(['a/', 'b/'])
    expect(await collect(folders.folders('nothing/'))).toEqual([])
  })

  describe('inventories, as S3 writes them', () => {
    const bucket = 'my-archive'
    const place = `inventory/${bucket}/${INVENTORY_ID}/`
    const inventory = () =>
      makeInventory({
        ...backend.archive,
        bucket,
        stream: async (key) => {
          const stored = await backend.archive.documents.read(key)
          return (async function* () {
            yield stored?.data ?? Buffer.alloc(0)
          })()
        },
      })
    const put = (key: string, data: Uint8Array) =>
      backend.archive.documents.write({ key, data, contentType: 'x/y' }, undefined)
    const readLatest = async () => {
      const latest = await inventory().latest()
      if (latest === undefined) throw new Error('there is no inventory')
      return collect(latest.objects())
    }
    const LINES = [
      '"my-archive","landing/dataset%3Dorders/a+b%2B.parquet","12","2024-03-10T12:00:00.000Z","STANDARD"',
      '"my-archive","sealed/x","3","2024-03-10T12:00:00.000Z","DEEP_ARCHIVE"',
    ]

    const write = async (day: string, parts: Readonly<Record<string, unknown>> = {}, lines = LINES) => {
      const data = gzipSync(`${lines.join('\n')}\n`)
      const key = `${place}data/${day}.csv.gz`
      await put(key, data)
      const manifest = Buffer.from(
        JSON.stringify({
          sourceBucket: bucket,
          destinationBucket: `arn:aws:s3:::${bucket}`,
          version: '2016-11-30',
          creationTimestamp: String(Date.parse(day)),
          fileFormat: 'CSV',
          fileSchema: 'Bucket, Key, Size, LastModifiedDate, StorageClass',
          files: [{ key, size: data.byteLength, MD5checksum: hash('md5', data, 'hex') }],
          ...parts,
        }),
      )
      await put(`${place}${day}T01-00Z/manifest.json`, manifest)
      return manifest
    }
    const finish = (day: string, manifest: Uint8Array) =>
      put(`${place}${day}T01-00Z/manifest.checksum`, Buffer.from(hash('md5', manifest, 'hex')))

    test('the newest that is whole is read, its keys decoded', async () => {
      expect(await inventory().latest()).toBeUndefined()
      await finish('2024-03-10', await write('2024-03-10'))
      await write('2024-03-11')
      const latest = await inventory().latest()
      expect(latest?.takenAt).toBe(Date.parse('2024-03-10'))
      expect(await readLatest()).toEqual([
        { key: 'landing/dataset=orders/a b+.parquet', bytes: 12, storageClass: 'STANDARD', restore: null },
        { key: 'sealed/x', bytes: 3, storageClass: 'DEEP_ARCHIVE', restore: null },
      ])
    })

    test.each([
      ['2024-04-01', { files: [{ key: `${place}data/2024-04-01.csv.gz`, size: 1, MD5checksum: 'x' }] }],
      ['2024-04-02', { sourceBucket: 'another' }],
      ['2024-04-03', { fileSchema: 'Bucket, Key' }],
      ['2024-04-04', { fileFormat: 'ORC' }],
    ])('one that is not what S3 wrote is an error (%s)', async (day, parts) => {
      await finish(day, await write(day, parts))
      await expect(readLatest()).rejects.toThrow(InventoryUnusable)
    })

    test('one whose manifest or lines are changed is an error, and older versions and delete markers are left out', async () => {
      await write('2024-05-01')
      await finish('2024-05-01', Buffer.from('other'))
      await expect(readLatest()).rejects.toThrow('checksum')
      await finish('2024-05-02', await write('2024-05-02', {}, ['"b","key","many","","STANDARD"']))
      await expect(readLatest()).rejects.toThrow('a line is none of an inventory')
      const versions = { fileSchema: 'Bucket, Key, IsLatest, IsDeleteMarker, Size, StorageClass' }
      const rows = [
        '"b","k","false","false","1","STANDARD"',
        '"b","k","true","true","",""',
        '"b","k","true","false","7","GLACIER"',
      ]
      await finish('2024-05-03', await write('2024-05-03', versions, rows))
      expect(await readLatest()).toEqual([{ key: 'k', bytes: 7, storageClass: 'GLACIER', restore: null }])
    })
  })
})
