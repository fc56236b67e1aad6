import { join } from 'node:path'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { SendMessageCommand } from '@aws-sdk/client-sqs'
import { afterEach, describe, expect, it } from 'vitest'
import { type Cloud, makeCloud } from '../../simulator/cloud.ts'
import type { Deployment, FunctionDefinition } from '../../simulator/host/deployment/definitions.ts'
import { loadDeployment } from '../../simulator/host/deployment/load-deployment.ts'
import { DEFAULT_CREDENTIALS, type Host, makeHost } from '../../simulator/host/host.ts'
import { provision } from '../../simulator/host/provision.ts'
import { bodiesOf, expectCatalogTrue, readAll, segmentsOf } from '../support/archive-facts.ts'
import { connect } from '../support/deployed-icecore.ts'

const root = join(import.meta.dirname, '../..')
const start = Date.parse('2030-01-02T12:00:00Z')
const HOUR = 3_600_000
const DAY = 24 * HOUR

const flights = (prefix: string, count: number) =>
  Array.from(
    { length: count },
    (_, at) => `{"flight":"${prefix}${at}","date":"2030-01-0${1 + (at % 2)}T10:00:00Z","delay":${at}}`,
  )
const messages = Array.from({ length: 5 }, (_, at) => flights(`m${at}-`, 300))
const file = flights('f', 10_000)
const all = [...messages.flat(), ...file].sort()

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

type Limits = (definition: FunctionDefinition) => Partial<FunctionDefinition>

/** icecore whose functions get what the test says, one deployment after the other on the same cloud. */
const aCloudForDeployments = async () => {
  const cloud = await makeCloud({ start, speed: 0, seed: 1 })
  closing.push(() => cloud.close())
  const { endpoint, sqs } = cloud
  const deployment = loadDeployment(root, { endpoint })
  await provision({ endpoint, sqs, credentials: DEFAULT_CREDENTIALS }, deployment)
  const deploy = (limits: Limits): Host => {
    const functions = deployment.functions.map((each) => ({ ...each, ...limits(each) }))
    const limited: Deployment = { ...deployment, functions }
    return makeHost({ cloud, deployment: limited, root, concurrency: 2 })
  }
  return { cloud, deploy, client: connect(endpoint) }
}

const send = async ({ sqs, s3, recordsUrl, hotBucket }: ReturnType<typeof connect>) => {
  for (const lines of messages)
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: recordsUrl,
        MessageBody: lines.join('\n'),
        MessageAttributes: { dataset: { DataType: 'String', StringValue: 'flights' } },
      }),
    )
  await s3.send(new PutObjectCommand({ Bucket: hotBucket, Key: 'flights/f.ndjson', Body: file.join('\n') }))
}

/** Lets everything be tried once, messages in flight at the last try too, and says why it failed. */
const tryOnce = async (host: Host, cloud: Cloud): Promise<string[]> => {
  // in one go, not step by step: ten tries make a dead letter
  cloud.clock.leap(cloud.clock.now() + 2 * HOUR)
  await host.idle()
  await host.crash()
  return host.failures.map(({ reason }) => reason)
}

const expectAllArchived = async ({ deploy, client }: Awaited<ReturnType<typeof aCloudForDeployments>>) => {
  const host = deploy(() => ({}))
  closing.push(() => host.crash())
  const isSealed = async () => {
    const segments = await segmentsOf(client, 'flights')
    const { archived } = await client.ledger('flights')
    return archived.count === all.length && segments.every(({ kind }) => kind === 'sealed')
  }
  await host.runUntil(isSealed, { deadline: start + 9 * DAY, stride: HOUR })
  expect(bodiesOf(await readAll(client, 'flights'))).toEqual(all)
  expect(await client.ledger('flights')).toMatchObject({ balanced: true })
  await expectCatalogTrue(client, 'flights')
}

describe('[F14] nothing is lost, and nothing is twice', () => {
  it('when functions die for lack of memory, at once or in the middle of their work', async () => {
    const world = await aCloudForDeployments()
    await send(world.client)
    const reasons: string[] = []
    // from too little to load the code to too little for the object
    for (const memoryMb of [8, 24, 32, 40])
      reasons.push(
        ...(await tryOnce(
          world.deploy(() => ({ memoryMb })),
          world.cloud,
        )),
      )
    expect(reasons.filter((reason) => reason.includes('memory limit')).length).toBeGreaterThan(2)
    await expectAllArchived(world)
  })

  it('when functions are stopped at any moment for lack of time', async () => {
    const world = await aCloudForDeployments()
    await send(world.client)
    const reasons: string[] = []
    for (const timeoutSeconds of [0.3, 0.6, 0.9, 1.2, 1.6, 2])
      reasons.push(
        ...(await tryOnce(
          world.deploy(() => ({ timeoutSeconds })),
          world.cloud,
        )),
      )
    expect(reasons.filter((reason) => reason.includes('timed out')).length).toBeGreaterThan(2)
    await expectAllArchived(world)
  })
})
