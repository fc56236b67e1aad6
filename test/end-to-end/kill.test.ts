import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { SendMessageCommand } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { formatDigest } from '../../shared/domain/digest.ts'
import { bodiesOf, digestOf, expectCatalogTrue, readAll, segmentsOf } from '../support/archive-facts.ts'
import { type Connection, connect, drain, listKeys, quarantinedTexts } from '../support/deployed-icecore.ts'
import { type SimulatorProcess, startSimulator } from '../support/simulator-process.ts'

const START = '2030-01-02T12:00:00Z'
const KILLS = 10

let dataDir: string
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'icecore-kill-'))
})
let running: SimulatorProcess | undefined
afterAll(async () => {
  await running?.kill()
  await rm(dataDir, { recursive: true, force: true })
})

const start = async () => {
  running = await startSimulator({ dataDir, start: START, speed: 60 })
  return running
}

let flights = 0
const nextFlight = () => {
  flights += 1
  return `F${flights}`
}
const aFlight = () => {
  const id = nextFlight()
  const day = 1 + (flights % 2)
  return `{"flight":"${id}","date":"2030-01-0${day}T10:00:00Z","delay":${flights},"origin":"LIS"}`
}
const someFlights = (count: number) => Array.from({ length: count }, aFlight)
const aPoison = () => `{"flight":"${nextFlight()}"`

/** What was given to icecore, and what of it was acknowledged: only that is promised to be kept. */
const given = new Set<string>()
const acknowledged = new Set<string>()

const give = async (lines: readonly string[], send: () => Promise<unknown>) => {
  for (const line of lines) given.add(line)
  await send()
  for (const line of lines) acknowledged.add(line)
}

const sendMessage = ({ sqs, recordsUrl }: Connection) => {
  const lines = [...someFlights(10), aPoison()]
  const MessageAttributes = { dataset: { DataType: 'String', StringValue: 'flights' } }
  const message = { QueueUrl: recordsUrl, MessageBody: lines.join('\n'), MessageAttributes }
  return give(lines, () => sqs.send(new SendMessageCommand(message)))
}

const putObject = ({ s3, hotBucket }: Connection) => {
  const lines = someFlights(200)
  const Key = `flights/${flights}.ndjson`
  return give(lines, () => s3.send(new PutObjectCommand({ Bucket: hotBucket, Key, Body: lines.join('\n') })))
}

/** Sends until the process is gone. */
const keepSending = async (connection: Connection) => {
  for (let round = 0; ; round += 1) {
    try {
      await sendMessage(connection)
      if (round % 8 === 1) await putObject(connection)
    } catch {
      // the process was killed: what was on its way is not acknowledged
      return
    }
    await sleep(100)
  }
}

/** Everything is sealed, and no repeat of a record is left: a slow invocation may land what another has landed before. */
const isSealed = async (connection: Connection) => {
  const segments = await segmentsOf(connection, 'flights')
  if (segments.some(({ kind }) => kind === 'landing')) return false
  const { archived } = await connection.ledger('flights')
  return archived.count === (await readAll(connection, 'flights')).length
}

const countArchived = async (connection: Connection) =>
  (await listKeys(connection, connection.archiveBucket)).length

/** Until something new is in the archive: then work is in full swing. */
const untilWorking = async (connection: Connection) => {
  const before = await countArchived(connection)
  for (let look = 0; look < 200; look += 1) {
    if ((await countArchived(connection)) > before) return
    await sleep(20)
  }
}

test('[F14] what was acknowledged is kept, once, through ten kills in the middle of work', async () => {
  for (let kill = 0; kill < KILLS; kill += 1) {
    const simulator = await start()
    const connection = connect(simulator.endpoint)
    const sending = keepSending(connection)
    // what was in flight at the last kill becomes visible again
    await simulator.leap('2h')
    await untilWorking(connection)
    await sleep(Math.random() * 400)
    await simulator.kill()
    await sending
  }
  const simulator = await start()
  const connection = connect(simulator.endpoint)
  await drain(connection, () => isSealed(connection))
  const records = await readAll(connection, 'flights')
  const kept = bodiesOf(records)
  const quarantined = await quarantinedTexts(connection)
  const everywhere = new Set([...kept, ...quarantined])
  expect(acknowledged.size).toBeGreaterThan(300)
  expect([...acknowledged].filter((line) => !everywhere.has(line))).toEqual([])
  expect([...everywhere].filter((line) => !given.has(line))).toEqual([])
  expect(new Set(kept).size).toBe(kept.length)
  await expectCatalogTrue(connection, 'flights')
  const ledger = await connection.ledger('flights')
  expect(ledger.balanced).toBe(true)
  expect(formatDigest(ledger.archived)).toBe(formatDigest(digestOf(records)))
})
