import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeMemorySink } from '../../shared/codec/segment-sink.ts'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import {
  type NewObject,
  SegmentIsCold,
  SegmentIsMissing,
  SegmentIsShort,
} from '../../shared/ports/segment-store.ts'
import { collect } from '../support/archive-facts.ts'
import { ARCHIVE_BACKENDS, type ArchiveBackend } from './archive-backend.ts'

const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest('base64')

describe.each(ARCHIVE_BACKENDS)('the archive bucket %s', (_, open) => {
  let backend: ArchiveBackend
  beforeAll(async () => {
    backend = await open()
  })
  afterAll(async () => {
    await backend.close()
  })

  let keys = 0
  const aKey = () => {
    keys += 1
    return `sealed/dataset=orders/partition=2024-03-10/contract-${keys}.parquet`
  }

  const anObject = (parts: Partial<NewObject> & { text?: string } = {}): NewObject => {
    const data = Buffer.from(parts.text ?? '0123456789')
    return {
      key: aKey(),
      content: { kind: 'memory', data },
      bytes: data.byteLength,
      sha256: sha256(data),
      storageClass: 'STANDARD',
      contentType: 'application/octet-stream',
      ...parts,
    }
  }

  const stored = async (parts: Parameters<typeof anObject>[0] = {}) => {
    const object = anObject(parts)
    await backend.archive.writer.put(object)
    return object
  }

  describe('segment writer', () => {
    test('a key is written once: the same again is already stored, other bytes are an error', async () => {
      const { writer, reader } = backend.archive
      const object = anObject()
      expect(await writer.put(object)).toBe('stored')
      expect(await writer.put(object)).toBe('already-stored')
      await expect(writer.put(anObject({ key: object.key, text: 'other' }))).rejects.toThrow(
        `${object.key} exists with other bytes`,
      )
      expect(Buffer.from(await reader.read(object.key, 0, 10)).toString()).toBe('0123456789')
    })

    test('of many that put one key at once, one stores it', async () => {
      const object = anObject()
      const outcomes = await Promise.all(Array.from({ length: 6 }, () => backend.archive.writer.put(object)))
      expect(outcomes.toSorted()).toEqual([...Array(5).fill('already-stored'), 'stored'])
    })

    test('[F7] bytes that are not those announced are refused, and nothing is stored', async () => {
      const { writer, reader } = backend.archive
      const wrongSum = anObject({ sha256: sha256(Buffer.from('other')) })
      const wrongSize = anObject({ bytes: 9 })
      for (const object of [wrongSum, wrongSize]) {
        await expect(writer.put(object)).rejects.toThrow()
        expect(await reader.head(object.key)).toBeUndefined()
      }
    })

    test('a file is put in the class that is asked for', async () => {
      const content = { kind: 'file', read: async () => Buffer.from('0123456789') } as const
      const { key } = await stored({ content, storageClass: 'GLACIER_IR' })
      expect(await backend.archive.reader.head(key)).toEqual({
        key,
        bytes: 10,
        sha256: sha256(Buffer.from('0123456789')),
        storageClass: 'GLACIER_IR',
        restore: null,
      })
    })
  })

  describe('segment reader', () => {
    test('a range holds its start and not its end', async () => {
      const { key } = await stored()
      const read = async (start: number, end: number) =>
        Buffer.from(await backend.archive.reader.read(key, start, end)).toString()
      expect([await read(0, 1), await read(3, 7), await read(9, 10)]).toEqual(['0', '3456', '9'])
    })

    test('a range that goes beyond the end is an error, never a short answer', async () => {
      const { key } = await stored()
      await expect(backend.archive.reader.read(key, 5, 11)).rejects.toThrow(SegmentIsShort)
      await expect(backend.archive.reader.read(key, 10, 12)).rejects.toThrow(SegmentIsShort)
    })

    test('what is not there is missing', async () => {
      const { reader } = backend.archive
      await expect(reader.read(aKey(), 0, 1)).rejects.toThrow(SegmentIsMissing)
      await expect(reader.download(aKey(), makeMemorySink(), '')).rejects.toThrow(SegmentIsMissing)
      expect(await reader.head(aKey())).toBeUndefined()
    })

    test('a download is checked against its SHA-256', async () => {
      const { key, sha256: sum } = await stored()
      const sink = makeMemorySink()
      await backend.archive.reader.download(key, sink, sum)
      expect(sink.content().toString()).toBe('0123456789')
      const other = sha256(Buffer.from('other'))
      await expect(backend.archive.reader.download(key, makeMemorySink(), other)).rejects.toThrow(
        'expected SHA-256',
      )
    })

    test('[F7] a download of damaged bytes is an error', async () => {
      const { key, sha256: sum } = await stored()
      const damage = (bytes: Buffer) => bytes.map((byte) => byte ^ 1)
      backend.s3.corruptObject({ bucket: backend.archiveBucket, key, damage })
      await expect(backend.archive.reader.download(key, makeMemorySink(), sum)).rejects.toThrow()
    })

    test.each(['GLACIER', 'DEEP_ARCHIVE'] as const)(
      'an object in %s is cold until it is restored, and again after',
      async (storageClass) => {
        const { reader } = backend.archive
        const { key, sha256: sum } = await stored({ storageClass })
        const isCold = async () => {
          await expect(reader.read(key, 0, 1)).rejects.toThrow(SegmentIsCold)
          await expect(reader.download(key, makeMemorySink(), sum)).rejects.toThrow(SegmentIsCold)
        }
        await isCold()
        backend.s3.restoreObject({ bucket: backend.archiveBucket, key, days: 1, tier: 'Standard' })
        await isCold()
        expect(await reader.head(key)).toMatchObject({
          storageClass,
          restore: { ongoing: true, readableUntil: null },
        })
        await backend.advance(backend.now() + 13 * HOUR)
        const restored = await reader.head(key)
        expect(restored).toMatchObject({ storageClass, restore: { ongoing: false } })
        expect((restored?.restore?.readableUntil ?? 0) % DAY).toBe(0)
        expect(Buffer.from(await reader.read(key, 0, 2)).toString()).toBe('01')
        await backend.advance(restored?.restore?.readableUntil ?? 0)
        await isCold()
        expect(await reader.head(key)).toMatchObject({ restore: null })
      },
    )
  })

  describe('segment lister, tagger and remover', () => {
    test('every object under a prefix is listed, over many pages, with its class and restored copy', async () => {
      const { lister } = backend.archive
      const { s3, archiveBucket: bucket } = backend
      for (let at = 0; at < 1003; at += 1)
        s3.putObject({ bucket, key: `sealed/many/${String(at).padStart(4, '0')}`, body: Buffer.from('x') })
      s3.putObject({ bucket, key: 'sealed/many/cold', body: Buffer.from('cold'), storageClass: 'GLACIER' })
      s3.putObject({ bucket, key: 'sealed/man', body: Buffer.from('x') })
      s3.restoreObject({ bucket, key: 'sealed/many/cold', days: 1, tier: 'Expedited' })
      const listed = await collect(lister.list('sealed/many/'))
      expect(listed).toHaveLength(1004)
      expect(listed[0]).toMatchObject({
        key: 'sealed/many/0000',
        bytes: 1,
        storageClass: 'STANDARD',
        restore: null,
      })
      expect(listed.at(-1)).toMatchObject({
        key: 'sealed/many/cold',
        bytes: 4,
        storageClass: 'GLACIER',
        restore: { ongoing: true, readableUntil: null },
      })
      await backend.advance(backend.now() + HOUR)
      const [restored] = await collect(lister.list('sealed/many/cold'))
      expect(restored?.restore?.ongoing).toBe(false)
      expect(restored?.restore?.readableUntil).toBeGreaterThan(backend.now())
      expect(await collect(lister.list('nothing/'))).toEqual([])
    })

    test('a tagged object is moved to its class by lifecycle, and stays the same object', async () => {
      const { tagger, reader } = backend.archive
      const { key, sha256: sum } = await stored()
      await tagger.tag(key, 'GLACIER_IR')
      await tagger.tag(key, 'GLACIER_IR')
      expect(await reader.head(key)).toMatchObject({ storageClass: 'STANDARD' })
      await backend.advance(backend.now() + 2 * DAY)
      expect(await reader.head(key)).toMatchObject({ storageClass: 'GLACIER_IR', sha256: sum })
    })

    test('what is removed is missing, and may be removed again', async () => {
      const { remover, reader } = backend.archive
      const { key } = await stored()
      await remover.remove(key)
      await remover.remove(key)
      await remover.remove(aKey())
      expect(await reader.head(key)).toBeUndefined()
      await expect(reader.read(key, 0, 1)).rejects.toThrow(SegmentIsMissing)
    })
  })
})
