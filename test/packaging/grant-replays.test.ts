import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'

const plugin = pathToFileURL(join(import.meta.dirname, '../../plugins/grant-replays.js')).href
const { grantReplays } = await import(plugin)

const ARN = 'arn:aws:sqs:eu-west-1:123456789012:orders'

const aService = (environment: Record<string, unknown> = {}) => ({
  functions: { 'hydrate-records': { environment } },
  resources: {
    Resources: {
      HydrateRecordsRole: {
        Properties: { Policies: [{ PolicyDocument: { Statement: [{ Sid: 'WriteLog' }] } }] },
      },
    },
  },
})

const granted = (queues: readonly string[], environment?: Record<string, unknown>) => {
  const service = aService(environment)
  grantReplays(service, queues)
  const { Statement } =
    service.resources.Resources.HydrateRecordsRole.Properties.Policies[0]?.PolicyDocument ?? {}
  return Statement?.slice(1)
}

describe('the role of hydrate-records', () => {
  test('may send to exactly the queues that the configuration replays to', () => {
    const named = `${ARN}-2.fifo`
    expect(granted([`${ARN}-3`, 'MY_QUEUE', ARN, ARN], { MY_QUEUE: named, OTHER: `${ARN}-4` })).toEqual([
      { Sid: 'Replay', Effect: 'Allow', Action: 'sqs:SendMessage', Resource: [ARN, named, `${ARN}-3`] },
    ])
  })

  test('is granted nothing where none is replayed to', () => {
    expect(granted([])).toEqual([])
    expect(granted([], { REPLAY_QUEUE_ARN: ARN })).toEqual([])
  })

  test.each([[undefined], [''], ['arn:aws:sqs:*:*:*'], [{ Ref: 'Queue' }]])(
    'is not packaged where the variable of a queue holds %j',
    (value) => {
      expect(() => granted(['MY_QUEUE'], { MY_QUEUE: value })).toThrow('MY_QUEUE')
    },
  )
})
