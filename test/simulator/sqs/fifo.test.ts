import { describe, expect, test } from 'vitest'
import type { QueueAttributes } from '../../../simulator/sqs/queue-attributes.ts'
import { aSqsModel } from './sqs-fixture.ts'

const aFifoQueue = (attributes: QueueAttributes = {}) => {
  const model = aSqsModel()
  const queue = model.sqs.createQueue('seal.fifo', { FifoQueue: 'true', ...attributes })
  const send = (groupId: string, body: string, deduplicationId = body) =>
    model.sqs.send(queue, { body, groupId, deduplicationId })
  const receive = (max = 10) => model.sqs.receive(queue, { max })
  const bodies = (max = 10) => receive(max).map(({ body }) => body)
  return { ...model, queue, send, receive, bodies }
}

describe('a FIFO queue', () => {
  test('gives out one group in order, and no more of it while one is in flight', () => {
    const { sqs, queue, send, receive, bodies } = aFifoQueue()
    for (const body of ['a1', 'a2', 'a3']) send('a', body)
    send('b', 'b1')
    const first = receive(2)
    expect(first.map(({ body }) => body)).toEqual(['a1', 'a2'])
    expect(bodies()).toEqual(['b1'])
    expect(bodies()).toEqual([])
    for (const { receiptHandle } of first) sqs.delete(queue, receiptHandle)
    expect(bodies()).toEqual(['a3'])
  })

  test('fills a receive from other groups when one is used up', () => {
    const { send, bodies } = aFifoQueue()
    send('a', 'a1')
    send('b', 'b1')
    send('a', 'a2')
    expect(bodies()).toEqual(['a1', 'a2', 'b1'])
  })

  test('puts what comes back in its old place', () => {
    const { sqs, queue, send, receive, bodies, pass } = aFifoQueue()
    for (const body of ['a1', 'a2', 'a3']) send('a', body)
    const [first, second] = receive(2)
    sqs.delete(queue, second?.receiptHandle ?? '')
    expect(bodies()).toEqual([])
    sqs.changeVisibility(queue, first?.receiptHandle ?? '', 0)
    expect(bodies(1)).toEqual(['a1'])
    pass(30_000)
    expect(bodies()).toEqual(['a1', 'a3'])
  })

  test('wakes subscribers when a deletion frees a group', () => {
    const { sqs, queue, send, receive } = aFifoQueue()
    send('a', 'a1')
    send('a', 'a2')
    const [message] = receive(1)
    const heard: string[] = []
    sqs.subscribe((arn) => heard.push(arn))
    sqs.delete(queue, message?.receiptHandle ?? '')
    expect(heard).toContain(queue)
  })

  test('accepts a repeated deduplication id within five minutes, deleted or not, and delivers it once', () => {
    const { sqs, queue, send, receive, bodies, pass } = aFifoQueue()
    const original = send('a', 'one', 'id-1')
    const [message] = receive()
    sqs.delete(queue, message?.receiptHandle ?? '')
    pass(299_999)
    expect(send('b', 'two', 'id-1')).toMatchObject({
      messageId: original.messageId,
      sequenceNumber: original.sequenceNumber,
    })
    expect(bodies()).toEqual([])
    pass(1)
    send('b', 'three', 'id-1')
    expect(bodies()).toEqual(['three'])
  })

  test('can deduplicate by content, and by group', () => {
    const { sqs, queue, bodies } = aFifoQueue({
      ContentBasedDeduplication: 'true',
      DeduplicationScope: 'messageGroup',
      FifoThroughputLimit: 'perMessageGroupId',
    })
    for (const groupId of ['a', 'a', 'b']) sqs.send(queue, { body: 'same', groupId })
    expect(bodies()).toEqual(['same', 'same'])
  })

  test.each([
    [{ body: 'x', deduplicationId: 'd' }, 'MissingParameter'],
    [{ body: 'x', groupId: 'g' }, 'InvalidParameterValue'],
    [{ body: 'x', groupId: 'with space', deduplicationId: 'd' }, 'InvalidParameterValue'],
    [{ body: 'x', groupId: 'g'.repeat(129), deduplicationId: 'd' }, 'InvalidParameterValue'],
    [{ body: 'x', groupId: 'g', deduplicationId: 'd', delaySeconds: 1 }, 'InvalidParameterValue'],
  ])('refuses %j with %s', (input, code) => {
    const { sqs, queue } = aFifoQueue()
    expect(() => sqs.send(queue, input)).toThrow(expect.objectContaining({ code }))
  })

  test('refuses a receipt handle whose timeout has passed', () => {
    const { sqs, queue, send, receive, pass } = aFifoQueue()
    send('a', 'a1')
    const [message] = receive()
    pass(30_000)
    expect(() => sqs.delete(queue, message?.receiptHandle ?? '')).toThrow(/expired/)
  })

  test('keeps order and sequence growing through a thousand random receives', () => {
    const { sqs, queue, send, receive, pass } = aFifoQueue()
    let seed = 1
    const random = (below: number) => {
      seed = (seed * 48_271) % 2_147_483_647
      return seed % below
    }
    let sent = 0
    const done = new Map<string, number>()
    for (let step = 0; step < 1000; step++) {
      const group = `g${random(3)}`
      send(group, `${group}:${sent++}`)
      for (const { body, receiptHandle, groupId = '' } of receive(1 + random(10))) {
        const number = Number(body.split(':')[1])
        if (random(3) > 0) {
          // A batch ends at its first failure, so what is deleted of a group only grows.
          expect(number).toBeGreaterThan(done.get(groupId) ?? -1)
          done.set(groupId, number)
          sqs.delete(queue, receiptHandle)
        } else break
      }
      if (random(4) === 0) pass(31_000)
    }
    expect(done.size).toBe(3)
  })
})
