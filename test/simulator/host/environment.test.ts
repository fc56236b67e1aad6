import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lineUpQueue, obeyQueue, startTinyHost, tinyStart } from '../../support/tiny-host.ts'

const tiny = startTinyHost()
let told: Record<string, unknown> = {}

beforeAll(async () => {
  tiny.sqs.send(obeyQueue, {
    body: 'succeed',
    groupId: 'fair',
    attributes: new Map([['kind', { dataType: 'String', stringValue: 'x' }]]),
  })
  await tiny.host.idle()
  told = JSON.parse(tiny.host.lines[0]?.text ?? '{}')
})
afterAll(() => tiny.host.crash())

describe('a function in the host', () => {
  it('lives at the virtual time', () => {
    expect(told.now).toBe(tinyStart)
  })

  it('sees its own variables and Lambda’s, and none of the machine’s', () => {
    expect(told.environment).toMatchObject({
      STAGE: 'dev',
      NEXT_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/000000000000/line-up.fifo',
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
      AWS_LAMBDA_FUNCTION_NAME: 'tiny-dev-obey',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
    })
    expect(told.environment).not.toHaveProperty('PATH')
  })

  it('gets the context that Lambda gives', () => {
    expect(told.context).toMatchObject({
      functionName: 'tiny-dev-obey',
      functionVersion: '$LATEST',
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:tiny-dev-obey',
      memoryLimitInMB: '256',
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
    expect(told.remaining).toBe(true)
  })

  it('gets queue messages in Lambda’s shape', () => {
    expect(told.record).toEqual({
      messageId: expect.any(String),
      receiptHandle: expect.any(String),
      body: 'succeed',
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: String(tinyStart),
        MessageGroupId: 'fair',
        SenderId: expect.any(String),
        ApproximateFirstReceiveTimestamp: String(tinyStart),
      },
      messageAttributes: {
        kind: { stringValue: 'x', stringListValues: [], binaryListValues: [], dataType: 'String' },
      },
      md5OfBody: expect.stringMatching(/^[0-9a-f]{32}$/),
      md5OfMessageAttributes: expect.stringMatching(/^[0-9a-f]{32}$/),
      eventSource: 'aws:sqs',
      eventSourceARN: obeyQueue,
      awsRegion: 'us-east-1',
    })
  })

  it('is told of while it runs', async () => {
    const called = tiny.host.invoke('line-up', { Records: [{ body: 'called', eventSourceARN: lineUpQueue }] })
    expect(tiny.told.get('functions')?.()).toEqual({ running: ['line-up'] })
    await called
    expect(tiny.told.get('functions')?.()).toEqual({ running: [] })
  })

  it('is called by name, as with aws lambda invoke', async () => {
    const event = { Records: [{ body: 'called', eventSourceARN: lineUpQueue }] }
    expect(await tiny.host.invoke('line-up', event)).toMatchObject({ kind: 'answered', payload: 'null' })
    await expect(tiny.host.invoke('nobody', {})).rejects.toThrow('there is no function nobody')
  })
})

describe('a schedule', () => {
  it('fires at each of its times', async () => {
    await tiny.host.runUntil(tinyStart + 3.5 * 3600_000)
    const lines = tiny.host.lines.filter(({ functionName }) => functionName === 'tick')
    expect(lines.map(({ text }) => text)).toEqual([
      '2030-01-01T01:00:00Z 2030-01-01T01:00:00.000Z',
      '2030-01-01T02:00:00Z 2030-01-01T02:00:00.000Z',
      '2030-01-01T03:00:00Z 2030-01-01T03:00:00.000Z',
    ])
  })

  it('fires once after a leap over many of its times', async () => {
    const before = tiny.host.metrics.length
    await tiny.host.runUntil(tinyStart + 30 * 3600_000, { stride: 24 * 3600_000 })
    expect(tiny.host.metrics.slice(before)).toEqual(
      [27.5, 30].map((hours) => ({
        namespace: 'tiny',
        name: 'ticks',
        unit: 'Count',
        dimensions: { service: 'tick' },
        values: [1],
        timestamp: tinyStart + hours * 3600_000,
      })),
    )
  })

  it('says so when a condition does not come true', async () => {
    const deadline = tiny.clock.now() + 60_000
    await expect(tiny.host.runUntil(() => false, { deadline })).rejects.toThrow('has not come true by')
  })
})
