import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { downloadAndGunzip, findAwsCli } from '../../bench/support/aws-cli.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'icecore-aws-cli-'))
})
afterAll(() => rm(folder, { recursive: true }))

const TEXT = 'layer on layer\n'.repeat(5000)

/** A program that answers what an AWS CLI would, or ends as it would where there is no such object. */
const aProgram = async (name: string, script: string) => {
  const path = join(folder, name)
  await writeFile(path, `#!/bin/sh\n${script}\n`)
  await chmod(path, 0o755)
  return path
}

const download = (program: string) => ({
  program,
  endpoint: 'http://127.0.0.1:1',
  credentials: { accessKeyId: 'icecore', secretAccessKey: 'icecore-local' },
  from: 's3://archive/orders.ndjson.gz',
  to: join(folder, 'orders.ndjson'),
})

test('it is the first program of that name that the path leads to', async () => {
  const program = await aProgram('aws', 'exit 0')
  await writeFile(join(folder, 'other'), '')
  expect(findAwsCli(`/nowhere::${folder}:/elsewhere`)).toBe(program)
  expect(findAwsCli('/nowhere')).toBeUndefined()
  expect(findAwsCli('')).toBeUndefined()
})

test('what it copies is unpacked into the file', async () => {
  await writeFile(join(folder, 'packed'), gzipSync(TEXT))
  const asked = '--endpoint-url http://127.0.0.1:1 s3 cp --quiet s3://archive/orders.ndjson.gz -'
  const program = await aProgram(
    'copies',
    `[ "$*" = "${asked}" ] && [ "$AWS_ACCESS_KEY_ID" = icecore ] && exec cat ${join(folder, 'packed')}`,
  )
  await downloadAndGunzip(download(program))
  expect(await readFile(join(folder, 'orders.ndjson'), 'utf8')).toBe(TEXT)
})

test('half of a file is not taken for one', async () => {
  const program = await aProgram('fails', `head -c 100 ${join(folder, 'packed')}; exit 1`)
  await expect(downloadAndGunzip(download(program))).rejects.toThrow(
    's3://archive/orders.ndjson.gz - | gunzip ended with 1',
  )
})
