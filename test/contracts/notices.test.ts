import { EventBridgeClient, ListRulesCommand, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { afterEach, describe, expect, onTestFinished, test } from 'vitest'
import * as z from 'zod'
import { makeEventNotices } from '../../shared/adapters/aws/event-notices.ts'
import { makeMemoryNotices } from '../../shared/adapters/memory/memory-notices.ts'
import type { Notice } from '../../shared/ports/notices.ts'
import { region } from '../../simulator/account.ts'
import { type Cloud, makeCloud } from '../../simulator/cloud.ts'
import { DEFAULT_CREDENTIALS } from '../../simulator/host/host.ts'
import { NOON } from '../support/builders.ts'

const listedSchema = z.object({ events: z.array(z.unknown()) })

const NOTICE: Notice = {
  kind: 'copies-lapse',
  rehydrationId: '01HRM2Y6V0ABCDEFGHJKMNPQRS',
  dataset: 'orders',
  caller: 'arn:aws:sts::123456789012:assumed-role/analyst',
  keptUntil: NOON,
}

let cloud: Cloud | undefined
afterEach(async () => {
  await cloud?.close()
  cloud = undefined
})

const aBus = async () => {
  const made = await makeCloud({ start: NOON, speed: 0 })
  cloud = made
  const events = new EventBridgeClient({
    endpoint: made.endpoint,
    region,
    credentials: DEFAULT_CREDENTIALS,
    maxAttempts: 1,
  })
  onTestFinished(() => events.destroy())
  const listed = async () =>
    listedSchema.parse(await (await fetch(`${made.endpoint}/_simulator/events`)).json()).events
  return { made, events, listed }
}

describe('a notice', () => {
  test('in memory is there for whoever asks, as often as it was given', async () => {
    const notices = makeMemoryNotices()
    await notices.give(NOTICE)
    await notices.give(NOTICE)
    expect(notices.given()).toEqual([NOTICE, NOTICE])
  })

  test('is an event on the default bus, where rules find it', async () => {
    const { made, events, listed } = await aBus()
    await makeEventNotices({ events, source: 'icecore', stage: 'dev' }).give(NOTICE)
    expect(await listed()).toEqual([
      {
        id: expect.any(String),
        time: NOON,
        source: 'icecore',
        detailType: 'Rehydration Copies Lapse',
        detail: {
          rehydrationId: NOTICE.rehydrationId,
          dataset: 'orders',
          caller: NOTICE.caller,
          keptUntil: '2024-03-10T12:00:00.000Z',
          stage: 'dev',
        },
      },
    ])
    expect(made.invoice().lines).toContainEqual(
      expect.objectContaining({ line: 'events.custom', dollars: 0.000001 }),
    )
  })

  test('that the bus refuses is an error', async () => {
    const { events, listed } = await aBus()
    const refused = makeEventNotices({ events, source: 'aws.s3', stage: 'dev' })
    await expect(refused.give(NOTICE)).rejects.toThrow(
      `${NOTICE.rehydrationId}: its copies-lapse was refused: NotAuthorizedForSourceException`,
    )
    expect(await listed()).toEqual([])
  })
})

describe('the simulated bus', () => {
  const entry = (more: object = {}) => ({ Source: 'me', DetailType: 'Tried', Detail: '{"n":1}', ...more })

  test('takes what it can of several entries, and says which it cannot', async () => {
    const { events, listed } = await aBus()
    const { FailedEntryCount, Entries } = await events.send(
      new PutEventsCommand({
        Entries: [
          entry(),
          entry({ Detail: 'no JSON' }),
          entry({ Detail: '7' }),
          entry({ EventBusName: 'other' }),
          entry({ Source: undefined }),
          entry({ EventBusName: 'arn:aws:events:us-east-1:000000000000:event-bus/default' }),
        ],
      }),
    )
    expect(FailedEntryCount).toBe(4)
    expect(Entries?.map(({ ErrorCode = 'taken' }) => ErrorCode)).toEqual([
      'taken',
      'MalformedDetail',
      'MalformedDetail',
      'ResourceNotFoundException',
      'InvalidArgument',
      'taken',
    ])
    expect(await listed()).toHaveLength(2)
  })

  test('bills each 64 KB of an event as one', async () => {
    const { made, events } = await aBus()
    const Detail = JSON.stringify({ text: 'x'.repeat(65 * 1024) })
    await events.send(new PutEventsCommand({ Entries: [entry({ Detail }), entry()] }))
    expect(made.bill.snapshot()['events.custom']).toBe(3)
  })

  test('takes ten entries in a request, and no other action', async () => {
    const { events } = await aBus()
    const Entries = Array.from({ length: 11 }, () => entry())
    await expect(events.send(new PutEventsCommand({ Entries }))).rejects.toMatchObject({
      name: 'ValidationException',
    })
    await expect(events.send(new PutEventsCommand({ Entries: [] }))).rejects.toMatchObject({
      name: 'ValidationException',
    })
    await expect(events.send(new ListRulesCommand({}))).rejects.toMatchObject({ name: 'NotImplemented' })
  })
})
