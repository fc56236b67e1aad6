import { hash } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { makeS3Delivery } from '../../shared/adapters/aws/s3-delivery.ts'
import { makeMemoryDelivery } from '../../shared/adapters/memory/memory-delivery.ts'
import type { Delivery } from '../../shared/ports/delivery.ts'
import { aCloudWithClients } from '../support/a-catalog-table.ts'

const BUCKET = 'rehydrated'

const aBucket = async () => {
  const made = await aCloudWithClients()
  made.cloud.s3.createBucket({ bucket: BUCKET })
  const folder = await mkdtemp(join(tmpdir(), 'icecore-delivery-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const read = (key: string) => made.cloud.s3.getObject({ bucket: BUCKET, key }).content.bytes().toString()
  return { ...made, folder, read }
}

type Made = Awaited<ReturnType<typeof aBucket>>

const draftOf = async (delivery: Delivery, ...pieces: string[]) => {
  const draft = await delivery.begin('a/k.ndjson', 'application/x-ndjson')
  for (const piece of pieces) await draft.write(Buffer.from(piece))
  return draft
}

describe.each([
  ['memory', ({ cloud }: Made) => makeMemoryDelivery(cloud.s3, BUCKET)],
  ['S3', ({ s3, owner, folder }: Made) => makeS3Delivery({ s3, bucket: BUCKET, owner, folder })],
] as const)('a delivery in %s', (_, make) => {
  test('puts what was written, and says what that is', async () => {
    const made = await aBucket()
    const delivery = make(made)
    expect(await delivery.find('a/k.ndjson')).toBeNull()
    const draft = await draftOf(delivery, 'one\n', 'two\n')
    expect(await draft.put(null)).toEqual({ bytes: 8, sha256: hash('sha256', 'one\ntwo\n', 'base64') })
    expect(made.read('a/k.ndjson')).toBe('one\ntwo\n')
    expect(await delivery.find('a/k.ndjson')).toMatchObject({ bytes: 8 })
    await draft.discard()
    await draft.discard()
    expect(await readdir(made.folder)).toEqual([])
  })

  test('takes the place of what was seen there, and of nothing else', async () => {
    const made = await aBucket()
    const delivery = make(made)
    const first = await draftOf(delivery, 'first')
    const second = await draftOf(delivery, 'second')
    await first.put(null)
    expect(await second.put(null)).toBe('changed')
    expect(made.read('a/k.ndjson')).toBe('first')
    const seen = await delivery.find('a/k.ndjson')
    expect(await second.put(seen)).toMatchObject({ bytes: 6 })
    expect(await first.put(seen)).toBe('changed')
    expect(made.read('a/k.ndjson')).toBe('second')
    await first.discard()
    await second.discard()
  })

  test('says that the file to replace has gone', async () => {
    const made = await aBucket()
    const delivery = make(made)
    const draft = await draftOf(delivery, 'x')
    expect(await draft.put({ bytes: 1, version: '"0123456789abcdef0123456789abcdef"' })).toBe('changed')
    await draft.discard()
  })

  test('puts a whole small file over what is there', async () => {
    const made = await aBucket()
    const delivery = make(made)
    await delivery.putWhole('m.json', Buffer.from('1'), 'application/json')
    await delivery.putWhole('m.json', Buffer.from('22'), 'application/json')
    expect(made.read('m.json')).toBe('22')
  })

  test('takes a large part, from a file and not from memory', async () => {
    const made = await aBucket()
    const delivery = make(made)
    const draft = await delivery.begin('large', 'application/octet-stream')
    const piece = Buffer.alloc(5 * 2 ** 20, 'ice ')
    for (let at = 0; at < 14; at += 1) await draft.write(piece)
    expect(await draft.put(null)).toMatchObject({ bytes: 14 * piece.length })
    expect(await delivery.find('large')).toMatchObject({ bytes: 14 * piece.length })
    await draft.discard()
  })
})
