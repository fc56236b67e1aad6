import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { SendMessageCommand } from '@aws-sdk/client-sqs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeCloud } from '../../simulator/cloud.ts'
import { connect } from '../support/deployed-icecore.ts'
import { startIcecore } from '../support/icecore-process.ts'
import { type KillableProcess, startKillable } from '../support/killable-process.ts'
import { signedFetch } from '../support/signed-fetch.ts'

let dataDir: string
let icecore: KillableProcess | undefined
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'icecore-serve-'))
  const cloud = await makeCloud({ dataDir, start: Date.parse('2030-01-02T12:00:00Z') })
  await cloud.close()
})
afterEach(async () => {
  await icecore?.kill()
  await rm(dataDir, { recursive: true, force: true })
})

const start = () => {
  icecore = startIcecore({ dataDir })
  return icecore.ready
}

const quake = '{"id":"x1","properties":{"time":1893553200000}}'

const untilFound = async (endpoint: string): Promise<string> => {
  for (;;) {
    const answer = await signedFetch(`${endpoint}/_api/datasets/earthquakes/records/x1`)
    if (answer.status === 200) return answer.text()
    if (answer.status !== 404) throw new Error(`${answer.status}: ${await answer.text()}`)
    await sleep(50)
  }
}

test('npm start goes on with the archive that is kept in a folder, however it was stopped', async () => {
  const { sqs, recordsUrl, close } = connect(await start())
  const MessageBody = `{"dataset":"earthquakes","record":${quake}}`
  await sqs.send(new SendMessageCommand({ QueueUrl: recordsUrl, MessageBody }))
  close()
  await icecore?.kill()
  const endpoint = await start()
  await connect(endpoint).leap('1h')
  expect(await untilFound(endpoint)).toBe(quake)
})

test('npm start plays no time-lapse over an archive', async () => {
  const demo = (...options: string[]) =>
    startKillable({
      command: process.execPath,
      arguments: ['demo/main.ts', '--data', dataDir, ...options],
      folder: join(import.meta.dirname, '../..'),
      ready: /(There is an archive in .* already)/,
    })
  for (const options of [[], ['--serve', '--json']])
    expect(await demo(...options).ready).toBe(`There is an archive in ${dataDir} already`)
})
