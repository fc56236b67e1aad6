import { hash } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { INVENTORY_ID, makeInventory } from '../../shared/adapters/inventory-store.ts'

const BUCKET = 'archive'
const rows = Array.from({ length: 50_000 }, (_, at) => `"archive","sealed/x${at}","1","STANDARD"`)
const whole = gzipSync(`${rows.join('\n')}\n`)
/** Its checksum, at its end, is wrong, which shows long after its second line. */
const wrongTwice = gzipSync([rows[0], '"archive","sealed/y"', ...rows].join('\n')).map(
  (byte, at, { length }) => (at === length - 8 ? byte ^ 255 : byte),
)

/** An inventory of one list, of which S3 says that it is whole. */
const anInventory = (list: Uint8Array) => {
  const files = [{ key: 'list', size: list.length, MD5checksum: hash('md5', whole, 'hex') }]
  const about = { sourceBucket: BUCKET, version: '2016-11-30', creationTimestamp: '1514944800000' }
  const form = { fileFormat: 'CSV', fileSchema: 'Bucket, Key, Size, StorageClass' }
  const manifest = Buffer.from(JSON.stringify({ ...about, ...form, files }))
  const checksum = Buffer.from(hash('md5', manifest, 'hex'))
  return makeInventory({
    bucket: BUCKET,
    folders: {
      folders: async function* (place) {
        if (place === `inventory/${BUCKET}/${INVENTORY_ID}/`) yield '2018-01-03T02-00Z/'
      },
    },
    documents: {
      read: async (key) => ({ data: key.endsWith('.checksum') ? checksum : manifest, version: '1' }),
      write: async () => 'changed',
    },
    stream: async () =>
      (async function* () {
        for (let at = 0; at < list.length; at += 4096) yield list.subarray(at, at + 4096)
      })(),
  })
}

const readAll = async (list: Uint8Array) => {
  let last = ''
  const latest = await anInventory(list).latest()
  for await (const { key } of latest?.objects() ?? []) last = key
  return last
}

test('every line of a list is read', async () => {
  expect(await readAll(whole)).toBe('sealed/x49999')
  const unended = gzipSync(rows.slice(0, 3).join('\r\n'))
  await expect(readAll(unended)).rejects.toThrow('list is not the one of the manifest')
})

test.each([
  ['cut off', whole.subarray(0, whole.length / 2)],
  ['damaged', whole.map((byte, at) => (at === 5000 ? byte ^ 255 : byte))],
  ['wrong in a line and then damaged', wrongTwice],
  ['of another form', Buffer.from(rows.join('\n'))],
])('a list that is %s is an error of who reads it, and of nobody else', async (_, list) => {
  await expect(readAll(list)).rejects.toThrow()
  // an error that nobody waits for would end the process, and with it the run of the audit
  await setTimeout(1000)
})
