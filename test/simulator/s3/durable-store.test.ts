import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeDurableS3Store } from '../../../simulator/s3/durable-store.ts'
import { anS3, aRule, DAY, HOUR, KB, lifecycleOf, MB, MONDAY_NOON } from './s3-fixture.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'icecore-s3-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const open = (options: Parameters<typeof anS3>[0] = {}) =>
  anS3({ store: makeDurableS3Store(directory), ...options })

const files = () =>
  readdirSync(join(directory, 'blobs'), { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )

const large = Buffer.alloc(3 * MB, 'large')
const bodies = [0, 1, 64 * KB, 64 * KB + 1]
  .map((size) => Buffer.alloc(size, `body of ${size}`))
  .concat([large])

describe('the durable store', () => {
  test('gives everything back after a restart', () => {
    const first = open()
    first.s3.putVersioning({ bucket: 'ice', versioning: 'Enabled' })
    bodies.forEach((body, index) => void first.put(`key ${index}`, { body, tags: { a: 'b' } }))
    first.put('old', { body: Buffer.from('1') })
    first.put('old', { body: Buffer.from('2') })
    first.s3.deleteObject({ bucket: 'ice', key: 'old' })
    const { uploadId } = first.s3.createUpload({ bucket: 'ice', key: 'parts' })
    const part = (number: number, body: Buffer) =>
      first.s3.uploadPart({ bucket: 'ice', key: 'parts', uploadId, number, body })
    const parts = [part(1, Buffer.alloc(5 * MB, 1)), part(2, Buffer.from('end'))]
    const list = (cloud: typeof first) => cloud.s3.listVersions({ bucket: 'ice' })
    const before = list(first)
    first.s3.close()

    const second = open()
    expect(list(second)).toEqual(before)
    for (const [index, body] of bodies.entries()) {
      const { content } = second.s3.getObject({ bucket: 'ice', key: `key ${index}` })
      expect(content.bytes().equals(body)).toBe(true)
    }
    second.s3.completeUpload({
      bucket: 'ice',
      key: 'parts',
      uploadId,
      parts: parts.map(({ number, etag }) => ({ number, etag })),
    })
    expect(second.head('parts').version.size).toBe(5 * MB + 3)
    expect(second.read('parts').endsWith('end')).toBe(true)
    second.s3.close()
  })

  test('goes on with restores, rules and events that were under way', () => {
    const first = open({ knobs: { eventDelays: () => [HOUR] } })
    first.s3.putNotifications({
      bucket: 'ice',
      notifications: [{ id: 'n', queueArn: 'q', events: ['s3:ObjectCreated:*'], prefix: '', suffix: '' }],
    })
    const transitions = [{ when: { days: 1 }, storageClass: 'DEEP_ARCHIVE' as const }]
    first.s3.putLifecycle({
      bucket: 'ice',
      lifecycle: lifecycleOf(aRule({ transitions, filter: { prefix: 'aging', tags: {} } })),
    })
    first.put('aging', { body: Buffer.alloc(128 * KB) })
    first.put('frozen', { storageClass: 'GLACIER' })
    first.s3.restoreObject({ bucket: 'ice', key: 'frozen', days: 1 })
    first.s3.close()

    const second = open()
    second.advance(5 * HOUR)
    expect(second.records()).toHaveLength(2)
    expect(second.read('frozen')).toBe('snow')
    second.advance(2 * DAY)
    expect(second.head('aging').version.storageClass).toBe('DEEP_ARCHIVE')
    second.s3.close()
  })

  test('removes bodies with their last user, and what no one names at the next start', () => {
    const first = open()
    first.put('a', { body: large })
    first.s3.copyObject({ bucket: 'ice', key: 'b', source: { bucket: 'ice', key: 'a' } })
    first.s3.deleteObject({ bucket: 'ice', key: 'a' })
    expect(files()).toHaveLength(1)
    first.s3.deleteObject({ bucket: 'ice', key: 'b' })
    expect(files()).toHaveLength(0)
    first.s3.openSink().write(Buffer.alloc(MB))
    const whole = first.s3.openSink()
    whole.write(Buffer.alloc(MB))
    whole.finish()
    expect(files()).toHaveLength(2)
    first.s3.close()
    open().s3.close()
    expect(files()).toHaveLength(0)
  })

  test('serves a large body to its end though the object is deleted meanwhile', async () => {
    const { s3, put } = open()
    put('key', { body: large })
    const { content } = s3.getObject({ bucket: 'ice', key: 'key' })
    const stream = content.stream()
    s3.deleteObject({ bucket: 'ice', key: 'key' })
    const chunks = await stream.toArray()
    expect(Buffer.concat(chunks).equals(large)).toBe(true)
    s3.close()
  })

  test('has every acknowledged object whole after a kill', async () => {
    const writer = spawn(process.execPath, [join(import.meta.dirname, 'write-until-killed.ts'), directory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let acknowledged = ''
    writer.stdout.on('data', (chunk) => {
      acknowledged += chunk
      if (acknowledged.length > 1500) writer.kill('SIGKILL')
    })
    await new Promise((resolve) => writer.once('close', resolve))
    const keys = acknowledged.split('\n').slice(0, -1)
    expect(keys.length).toBeGreaterThan(50)
    const { s3 } = open({ now: () => MONDAY_NOON + DAY })
    for (const key of keys) {
      const [, size = '0'] = key.split('-')
      const { content } = s3.getObject({ bucket: 'ice', key })
      expect(content.bytes().equals(Buffer.alloc(Number(size), key))).toBe(true)
    }
    s3.close()
  })
})
