import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type HotObject, HotObjectChanged } from '../../shared/ports/hot-store.ts'
import { NOTHING_YET } from '../../shared/use-cases/age-object.ts'
import { collect } from '../support/archive-facts.ts'
import { ARCHIVE_BACKENDS, type ArchiveBackend } from './archive-backend.ts'

describe.each(ARCHIVE_BACKENDS)('the hot bucket %s', (_, open) => {
  let backend: ArchiveBackend
  beforeAll(async () => {
    backend = await open()
  })
  afterAll(() => backend.close())

  describe('hot store', () => {
    let objects = 0
    const putHot = async (text: string, name?: string) => {
      objects += 1
      const key = name ?? `orders/a b+c ${objects}/é.ndjson`
      backend.s3.putObject({ bucket: backend.hotBucket, key, body: Buffer.from(text) })
      const found = await backend.hot.find(key)
      if (found === undefined) throw new Error(`${key} was put and is not found`)
      return found
    }
    const textOf = async (object: HotObject, start?: number) =>
      Buffer.concat(await collect(await backend.hot.stream(object, start))).toString()

    test('an object is found in its current version, and streamed from any place', async () => {
      const object = await putHot('0123456789')
      expect(object.bytes).toBe(10)
      expect([await textOf(object), await textOf(object, 4), await textOf(object, 10)]).toEqual([
        '0123456789',
        '456789',
        '',
      ])
      expect(Buffer.from(await backend.hot.read(object, 2, 5)).toString()).toBe('234')
    })

    test('an empty object is a stream of nothing', async () => {
      expect(await textOf(await putHot(''))).toBe('')
    })

    test('[F15] an object that changed is not read, and not removed', async () => {
      const old = await putHot('old')
      const current = await putHot('newer', old.key)
      expect(current.version).not.toBe(old.version)
      await expect(backend.hot.stream(old)).rejects.toThrow(HotObjectChanged)
      await expect(backend.hot.read(old, 0, 1)).rejects.toThrow(HotObjectChanged)
      expect(await backend.hot.remove(old)).toBe('changed')
      expect(await textOf(current)).toBe('newer')
    })

    test('an object that is removed is gone', async () => {
      const object = await putHot('text')
      expect(await backend.hot.remove(object)).toBe('removed')
      expect(await backend.hot.find(object.key)).toBeUndefined()
      expect(await backend.hot.remove(object)).toBe('gone')
      await expect(backend.hot.stream(object)).rejects.toThrow(HotObjectChanged)
      expect(await backend.hot.find('orders/never')).toBeUndefined()
    })
  })

  test('what is put into the hot bucket is there, in the place of what was there', async () => {
    const key = 'orders/retried/x.csv'
    await backend.hotDrop.put(key, Buffer.from('old'))
    await backend.hotDrop.put(key, Buffer.from('new one'))
    const object = await backend.hot.find(key)
    if (object === undefined) throw new Error(`${key} was put and is not found`)
    expect(Buffer.from(await backend.hot.read(object, 0, object.bytes)).toString()).toBe('new one')
  })

  test('how far an object is archived is noted, unless it was begun anew meanwhile', async () => {
    const { register } = backend
    const object = { key: 'orders/noted.csv', version: 'v1', etag: '"1"', bytes: 1 }
    const progress = { ...NOTHING_YET, chunks: 3, rows: 30, records: 30 }
    expect(await register.find(object)).toBeUndefined()
    expect(await register.put(object, progress, 1)).toBe('put')
    expect(await register.put(object, { ...progress, chunks: 4 }, 2)).toBe('put')
    expect(await register.put(object, { ...NOTHING_YET, attempt: 1 }, 3)).toBe('put')
    expect(await register.put(object, { ...progress, chunks: 5 }, 4)).toBe('begun-anew')
    expect(await register.find(object)).toEqual({ ...NOTHING_YET, attempt: 1 })
    expect(await register.put(object, { ...progress, attempt: 1 }, 5)).toBe('put')
    expect(await register.put(object, { ...NOTHING_YET, attempt: 2 }, 6)).toBe('put')
    expect(await register.put(object, { ...progress, attempt: 1 }, 7)).toBe('begun-anew')
    expect(await register.find({ ...object, version: 'v2' })).toBeUndefined()
  })

  describe('objects that are set aside', () => {
    const mark = { etag: '"1"', reason: 'SourceCorrupt', detail: 'the end is missing', at: 1, until: null }

    test('a key has one mark, the last one, until it is cleared', async () => {
      const { register } = backend
      const key = 'orders/a b\u0000é.gz'
      expect(await register.findSetAside(key)).toBeUndefined()
      await register.setAside(key, mark)
      await register.setAside(key, { ...mark, until: 2 })
      expect(await register.findSetAside(key)).toEqual({ ...mark, until: 2 })
      expect(await register.findSetAside(`${key}x`)).toBeUndefined()
      await register.clearSetAside(key)
      await register.clearSetAside(key)
      expect(await register.findSetAside(key)).toBeUndefined()
    })
  })
})
