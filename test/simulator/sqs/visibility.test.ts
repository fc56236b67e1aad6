import { describe, expect, test } from 'vitest'
import { aSqsModel } from './sqs-fixture.ts'

const bodies = (messages: readonly { body: string }[]) => messages.map(({ body }) => body)

describe('a standard queue', () => {
  test('hides a received message until its visibility timeout has passed', () => {
    const { sqs, pass } = aSqsModel()
    const queue = sqs.createQueue('orders', { VisibilityTimeout: '30' })
    sqs.send(queue, { body: 'one' })
    expect(bodies(sqs.receive(queue))).toEqual(['one'])
    pass(29_999)
    expect(sqs.receive(queue)).toEqual([])
    pass(1)
    const [again] = sqs.receive(queue)
    expect(again).toMatchObject({ body: 'one', receiveCount: 2 })
  })

  test('keeps the first receive time and counts every receive', () => {
    const { sqs, pass, now } = aSqsModel()
    const queue = sqs.createQueue('orders')
    sqs.send(queue, { body: 'one' })
    pass(1000)
    const first = now()
    for (const receiveCount of [1, 2, 3]) {
      expect(sqs.receive(queue, { visibilityTimeout: 0 })).toMatchObject([
        { receiveCount, firstReceivedAt: first, sentAt: first - 1000 },
      ])
    }
  })

  test('deletes nothing by an old receipt handle, and says that it succeeded', () => {
    const { sqs, pass } = aSqsModel()
    const queue = sqs.createQueue('orders')
    sqs.send(queue, { body: 'one' })
    const [old] = sqs.receive(queue)
    pass(30_000)
    const [latest] = sqs.receive(queue)
    sqs.delete(queue, old?.receiptHandle ?? '')
    expect(sqs.counts(queue).inFlight).toBe(1)
    sqs.delete(queue, latest?.receiptHandle ?? '')
    sqs.delete(queue, latest?.receiptHandle ?? '')
    expect(sqs.counts(queue)).toMatchObject({ inFlight: 0, visible: 0 })
  })

  test('deletes by the latest handle even after the timeout', () => {
    const { sqs, pass } = aSqsModel()
    const queue = sqs.createQueue('orders')
    sqs.send(queue, { body: 'one' })
    const [message] = sqs.receive(queue)
    pass(60_000)
    sqs.delete(queue, message?.receiptHandle ?? '')
    expect(sqs.receive(queue)).toEqual([])
    expect(sqs.counts(queue)).toEqual({ visible: 0, inFlight: 0, delayed: 0, oldestSentAt: undefined })
  })

  test('changes the visibility of a message in flight, up to 12 hours from its receipt', () => {
    const { sqs, pass } = aSqsModel()
    const queue = sqs.createQueue('orders')
    sqs.send(queue, { body: 'one' })
    const handle = sqs.receive(queue)[0]?.receiptHandle ?? ''
    pass(10_000)
    expect(() => sqs.changeVisibility(queue, handle, 43_200)).toThrow(/beyond the limit/)
    sqs.changeVisibility(queue, handle, 100)
    pass(99_000)
    expect(sqs.receive(queue)).toEqual([])
    sqs.changeVisibility(queue, handle, 0)
    expect(sqs.counts(queue).visible).toBe(1)
    expect(() => sqs.changeVisibility(queue, handle, 10)).toThrow(
      expect.objectContaining({ code: 'MessageNotInflight' }),
    )
  })

  test.each([
    { what: 'the queue', queueDelay: '10', delaySeconds: undefined, due: 10_000 },
    { what: 'the message', queueDelay: '0', delaySeconds: 20, due: 20_000 },
    { what: 'the message, over the queue', queueDelay: '10', delaySeconds: 0, due: 0 },
  ])('delays a new message as $what says', ({ queueDelay, delaySeconds, due }) => {
    const { sqs, pass, now } = aSqsModel()
    const queue = sqs.createQueue('orders', { DelaySeconds: queueDelay })
    sqs.send(queue, { body: 'one', ...(delaySeconds === undefined ? {} : { delaySeconds }) })
    if (due > 0) {
      expect(sqs.counts(queue)).toMatchObject({ delayed: 1, visible: 0 })
      expect(sqs.nextDue()).toBe(now() + due)
      pass(due - 1)
      expect(sqs.receive(queue)).toEqual([])
      pass(1)
    }
    expect(bodies(sqs.receive(queue))).toEqual(['one'])
  })

  test('forgets a message when its retention ends, in flight or not', () => {
    const { sqs, pass, now } = aSqsModel()
    const queue = sqs.createQueue('orders', { MessageRetentionPeriod: '60' })
    sqs.send(queue, { body: 'one' })
    sqs.send(queue, { body: 'two' })
    sqs.receive(queue, { visibilityTimeout: 600 })
    expect(sqs.nextDue()).toBe(now() + 60_000)
    pass(60_000)
    sqs.runDue()
    expect(sqs.counts(queue)).toMatchObject({ visible: 0, inFlight: 0 })
    expect(sqs.nextDue()).toBeUndefined()
  })

  test('gives out at most ten, oldest first', () => {
    const { sqs } = aSqsModel()
    const queue = sqs.createQueue('orders')
    for (let index = 0; index < 12; index++) sqs.send(queue, { body: `${index}` })
    expect(bodies(sqs.receive(queue, { max: 10 }))).toEqual([...Array(10).keys()].map(String))
    expect(bodies(sqs.receive(queue, { max: 10 }))).toEqual(['10', '11'])
    expect(() => sqs.receive(queue, { max: 11 })).toThrow(/MaxNumberOfMessages/)
  })

  test('tells subscribers when a message can be received, also when time makes it so', () => {
    const { sqs, pass } = aSqsModel()
    const queue = sqs.createQueue('orders')
    const heard: string[] = []
    const unsubscribe = sqs.subscribe((arn) => heard.push(arn))
    sqs.send(queue, { body: 'now' })
    expect(heard).toEqual([queue])
    sqs.send(queue, { body: 'later', delaySeconds: 5 })
    expect(heard).toHaveLength(1)
    pass(5000)
    sqs.runDue()
    expect(heard).toHaveLength(2)
    unsubscribe()
    sqs.send(queue, { body: 'unheard' })
    expect(heard).toHaveLength(2)
  })

  test('does not keep deleted messages in mind', () => {
    const { sqs } = aSqsModel()
    const queue = sqs.createQueue('orders', { MessageRetentionPeriod: '1209600' })
    for (let index = 0; index < 20_000; index++) {
      sqs.send(queue, { body: 'x' })
      for (const { receiptHandle } of sqs.receive(queue)) sqs.delete(queue, receiptHandle)
    }
    expect(sqs.nextDue()).toBeUndefined()
  })

  test('purges, once a minute', () => {
    const { sqs, pass } = aSqsModel()
    const queue = sqs.createQueue('orders')
    sqs.send(queue, { body: 'one' })
    sqs.send(queue, { body: 'two', delaySeconds: 9 })
    sqs.purgeQueue(queue)
    expect(sqs.counts(queue)).toMatchObject({ visible: 0, delayed: 0 })
    expect(() => sqs.purgeQueue(queue)).toThrow(expect.objectContaining({ code: 'PurgeQueueInProgress' }))
    pass(60_000)
    sqs.purgeQueue(queue)
  })
})

test('every 64 KB of a payload is one billed request, by queue type', () => {
  const { sqs, billed } = aSqsModel()
  const queue = sqs.createQueue('orders')
  const before = billed.get('sqs.request') ?? 0
  sqs.send(queue, { body: 'x'.repeat(64 * 1024 + 1) })
  expect(billed.get('sqs.request')).toBe(before + 2)
  sqs.receive(queue)
  expect(billed.get('sqs.request')).toBe(before + 4)
  sqs.receive(queue)
  expect(billed.get('sqs.request')).toBe(before + 5)
})
