import { describe, expect, test } from 'vitest'
import { aSqsModel } from './sqs-fixture.ts'

const aPair = ({ fifo = false, allow = {} }: { fifo?: boolean; allow?: object } = {}) => {
  const model = aSqsModel()
  const suffix = fifo ? '.fifo' : ''
  const type = fifo ? { FifoQueue: 'true', ContentBasedDeduplication: 'true' } : {}
  const dead = model.sqs.createQueue(`dead${suffix}`, { ...type, ...allow })
  const policy = JSON.stringify({ deadLetterTargetArn: dead, maxReceiveCount: 2 })
  const source = model.sqs.createQueue(`orders${suffix}`, { ...type, RedrivePolicy: policy })
  const send = (body: string) => model.sqs.send(source, { body, ...(fifo ? { groupId: 'g' } : {}) })
  /** Receive without deleting, so often. */
  const fail = (times: number) => {
    for (let time = 0; time < times; time++) {
      model.sqs.receive(source, { max: 10 })
      model.pass(30_000)
    }
  }
  return { ...model, dead, source, policy, send, fail }
}

describe('a redrive policy', () => {
  test('moves a message at the receive after the last that is allowed, and no sooner', () => {
    const { sqs, source, dead, send, fail } = aPair()
    send('poison')
    fail(2)
    expect(sqs.counts(dead).visible).toBe(0)
    expect(sqs.receive(source)).toEqual([])
    expect(sqs.receive(dead)).toMatchObject([{ body: 'poison', deadLetterSource: source, receiveCount: 1 }])
    expect(sqs.counts(source)).toMatchObject({ visible: 0, inFlight: 0 })
  })

  test('does not hold up the others', () => {
    const { sqs, source, send, fail } = aPair()
    send('poison')
    fail(2)
    send('good')
    expect(sqs.receive(source)).toMatchObject([{ body: 'good' }])
  })

  test('keeps the age of a standard message, and starts that of a FIFO message anew', () => {
    for (const fifo of [false, true]) {
      const { sqs, dead, source, send, fail, now } = aPair({ fifo })
      const sentAt = now()
      send('poison')
      fail(2)
      sqs.receive(source)
      expect(sqs.receive(dead)).toMatchObject([{ sentAt: fifo ? now() : sentAt }])
    }
  })

  test('frees a FIFO group', () => {
    const { sqs, source, send, fail } = aPair({ fifo: true })
    send('poison')
    fail(2)
    send('next')
    expect(sqs.receive(source, { max: 10 })).toMatchObject([{ body: 'next' }])
  })

  test('leaves messages where they are when the dead-letter queue is gone', () => {
    const { sqs, source, dead, send, fail } = aPair()
    send('poison')
    sqs.deleteQueue(dead)
    fail(5)
    expect(sqs.receive(source)).toMatchObject([{ receiveCount: 6 }])
  })

  test.each([
    ['denyAll', { redrivePermission: 'denyAll' }, false],
    ['byQueue without it', { redrivePermission: 'byQueue', sourceQueueArns: ['arn:other'] }, false],
    [
      'byQueue with it',
      { redrivePermission: 'byQueue', sourceQueueArns: ['arn:aws:sqs:us-east-1:000000000000:orders'] },
      true,
    ],
    ['allowAll', { redrivePermission: 'allowAll' }, true],
  ])('is checked against %s of the dead-letter queue', (_what, allow, works) => {
    const make = () => aPair({ allow: { RedriveAllowPolicy: JSON.stringify(allow) } })
    if (works) expect(make().sqs.deadLetterSources(make().dead)).toEqual(['orders'])
    else expect(make).toThrow(/does not allow/)
  })

  test.each([
    ['not JSON', '{'],
    ['no count', JSON.stringify({ deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:dead' })],
    ['no such queue', JSON.stringify({ deadLetterTargetArn: 'arn:none', maxReceiveCount: 3 })],
    [
      'another type',
      JSON.stringify({
        deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:dead.fifo',
        maxReceiveCount: 3,
      }),
    ],
  ])('is refused with %s', (_what, text) => {
    const { sqs } = aPair({ fifo: true })
    expect(() => sqs.createQueue('other', { RedrivePolicy: text })).toThrow(
      expect.objectContaining({ code: 'InvalidParameterValue' }),
    )
  })
})

describe('redrive', () => {
  test('sends dead letters back to their source as new messages', () => {
    const { sqs, source, dead, send, fail, now } = aPair()
    const { messageId } = send('poison')
    fail(2)
    sqs.receive(source)
    const handle = sqs.startMoveTask(dead)
    const [message] = sqs.receive(source)
    expect(message).toMatchObject({ body: 'poison', receiveCount: 1, sentAt: now() })
    expect(message?.id).not.toBe(messageId)
    expect(message?.deadLetterSource).toBeUndefined()
    expect(sqs.listMoveTasks(dead)).toMatchObject([{ handle, status: 'COMPLETED', moved: 1, toMove: 1 }])
  })

  test('sends them elsewhere where that is asked, and says when it cannot tell where', () => {
    const { sqs, dead, source, send, fail } = aPair()
    const other = sqs.createQueue('other')
    send('poison')
    fail(2)
    sqs.receive(source)
    sqs.send(dead, { body: 'sent here directly' })
    sqs.startMoveTask(dead)
    expect(sqs.listMoveTasks(dead)).toMatchObject([{ status: 'FAILED', moved: 1, toMove: 2 }])
    sqs.startMoveTask(dead, other)
    expect(sqs.receive(other)).toMatchObject([{ body: 'sent here directly' }])
    expect(() => sqs.startMoveTask(source)).toThrow(/Dead Letter Queue/)
  })
})
