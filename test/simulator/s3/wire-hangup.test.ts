import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeDurableS3Store } from '../../../simulator/s3/durable-store.ts'
import { anS3, MB } from './s3-fixture.ts'
import { serveS3 } from './wire-fixture.ts'

const directory = mkdtempSync(join(tmpdir(), 'icecore-s3-'))
const { s3, put } = anS3({ store: makeDurableS3Store(directory) })
let server: Awaited<ReturnType<typeof serveS3>>
beforeAll(async () => {
  server = await serveS3(s3)
})
afterAll(async () => {
  await server.close()
  s3.close()
  rmSync(directory, { recursive: true })
})

const files = () =>
  readdirSync(join(directory, 'blobs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)

const until = async (isSo: () => boolean) => {
  for (let tries = 0; tries < 200 && !isSo(); tries++) await new Promise((resolve) => setTimeout(resolve, 10))
  expect(isSo()).toBe(true)
}

test('an upload that breaks off leaves no file', async () => {
  const socket = connect(server.port, '127.0.0.1')
  socket.write(`PUT /ice/broken HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${4 * MB}\r\n\r\n`)
  socket.write(Buffer.alloc(2 * MB))
  await until(() => files().length === 1)
  socket.destroy()
  await until(() => files().length === 0)
  expect(s3.listObjects({ bucket: 'ice' }).objects).toEqual([])
})

test('an upload that is refused leaves no file, and the object before it stays', async () => {
  const before = Buffer.alloc(2 * MB, 'before')
  put('key', { body: before })
  const answer = await fetch(`${server.endpoint}/ice/key`, {
    method: 'PUT',
    headers: { 'if-none-match': '*' },
    body: Buffer.alloc(3 * MB),
  })
  expect(answer.status).toBe(412)
  expect(files()).toHaveLength(1)
  const read = Buffer.from(await (await fetch(`${server.endpoint}/ice/key`)).arrayBuffer())
  expect(createHash('md5').update(read).digest('hex')).toBe(createHash('md5').update(before).digest('hex'))
})

test('a reader that hangs up is no fault, and the server goes on', async () => {
  put('large', { body: Buffer.alloc(40 * MB) })
  const answer = await fetch(`${server.endpoint}/ice/large`)
  await answer.body?.cancel()
  const ranged = await fetch(`${server.endpoint}/ice/large`, { headers: { range: 'bytes=0-9' } })
  expect([ranged.status, (await ranged.arrayBuffer()).byteLength]).toEqual([206, 10])
})
