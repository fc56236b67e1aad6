import { describe, expect, test } from 'vitest'
import type { MessageAttributes } from '../../../simulator/sqs/message.ts'
import { aSqsModel } from './sqs-fixture.ts'

const mib = 1024 * 1024
const withCode = (code: string) => expect.objectContaining({ code })

describe('a message', () => {
  test.each([
    ['of 1 MiB', 'x'.repeat(mib)],
    ['of one byte', 'x'],
    ['of every allowed kind of character', '\t\n\r \u{10FFFF}\uE000\uFFFD\uD7FF'],
  ])('%s is accepted, and comes back as it was', (_what, body) => {
    const { sqs } = aSqsModel()
    const queue = sqs.createQueue('orders')
    sqs.send(queue, { body })
    expect(sqs.receive(queue)[0]?.body === body).toBe(true)
  })

  test.each([
    ['of 1 MiB and a byte', 'x'.repeat(mib + 1), 'InvalidParameterValue'],
    ['of fewer characters but more bytes', 'é'.repeat(mib / 2 + 1), 'InvalidParameterValue'],
    ['that is empty', '', 'MissingParameter'],
    ['with a NUL', 'a\u0000b', 'InvalidMessageContents'],
    ['with a lone surrogate', '\uD800', 'InvalidMessageContents'],
    ['with U+FFFF', '\uFFFF', 'InvalidMessageContents'],
  ])('%s is refused', (_what, body, code) => {
    const { sqs } = aSqsModel()
    const queue = sqs.createQueue('orders')
    expect(() => sqs.send(queue, { body })).toThrow(withCode(code))
    expect(sqs.counts(queue).visible).toBe(0)
  })

  test('counts its attributes, names and types included', () => {
    const { sqs } = aSqsModel()
    const queue = sqs.createQueue('orders', { MaximumMessageSize: '1024' })
    const attributes: MessageAttributes = new Map([['name', { dataType: 'String', stringValue: 'value' }]])
    const room = 1024 - 'nameStringvalue'.length
    sqs.send(queue, { body: 'x'.repeat(room), attributes })
    expect(() => sqs.send(queue, { body: 'x'.repeat(room + 1), attributes })).toThrow(/shorter than 1024/)
  })

  test.each([
    ['a bad name', 'AWS.x', { dataType: 'String', stringValue: 'x' }],
    ['a bad type', 'x', { dataType: 'Text', stringValue: 'x' }],
    ['no value', 'x', { dataType: 'String' }],
    ['a number that is none', 'x', { dataType: 'Number', stringValue: 'x' }],
  ])('with an attribute of %s is refused', (_what, name, attribute) => {
    const { sqs } = aSqsModel()
    const queue = sqs.createQueue('orders')
    expect(() => sqs.send(queue, { body: 'x', attributes: new Map([[name, attribute]]) })).toThrow(
      withCode('InvalidParameterValue'),
    )
  })

  test('may name a group on a standard queue, which orders nothing', () => {
    const { sqs } = aSqsModel()
    const queue = sqs.createQueue('orders')
    for (const body of ['one', 'two']) sqs.send(queue, { body, groupId: 'dataset' })
    expect(sqs.receive(queue)).toMatchObject([{ body: 'one', groupId: 'dataset' }])
    expect(sqs.receive(queue)).toMatchObject([{ body: 'two' }])
  })
})

describe('a batch', () => {
  test('of 1 MiB in all is accepted, of one byte more refused whole', () => {
    const { sqs } = aSqsModel()
    const queue = sqs.createQueue('orders')
    const half = { body: 'x'.repeat(mib / 2) }
    expect(sqs.sendBatch(queue, [half, half])).toHaveLength(2)
    expect(() => sqs.sendBatch(queue, [half, half, { body: 'x' }])).toThrow(withCode('BatchRequestTooLong'))
    expect(sqs.counts(queue).visible).toBe(2)
  })

  test('keeps the good entries when one is refused', () => {
    const { sqs } = aSqsModel()
    const queue = sqs.createQueue('orders')
    const outcome = sqs.sendBatch(queue, [{ body: 'one' }, { body: '' }, { body: 'three' }])
    expect(outcome.map((entry) => 'answer' in entry)).toEqual([true, false, true])
    expect(sqs.counts(queue).visible).toBe(2)
  })
})

describe('a queue', () => {
  test.each([
    ['VisibilityTimeout', '43201', 'InvalidAttributeValue'],
    ['DelaySeconds', '-1', 'InvalidAttributeValue'],
    ['MaximumMessageSize', '1048577', 'InvalidAttributeValue'],
    ['MessageRetentionPeriod', '59', 'InvalidAttributeValue'],
    ['ReceiveMessageWaitTimeSeconds', '1.5', 'InvalidAttributeValue'],
    ['ContentBasedDeduplication', 'true', 'InvalidAttributeName'],
    ['Colour', 'blue', 'InvalidAttributeName'],
  ])('with %s %s is refused', (name, value, code) => {
    const { sqs } = aSqsModel()
    expect(() => sqs.createQueue('orders', { [name]: value })).toThrow(withCode(code))
    expect(sqs.listQueues()).toEqual([])
  })

  test.each([['or ders'], ['x'.repeat(81)], ['a.fifo.b'], ['']])('cannot be called %j', (name) => {
    const { sqs } = aSqsModel()
    expect(() => sqs.createQueue(name)).toThrow(withCode('InvalidParameterValue'))
  })

  test('is made again with equal attributes, and not with others', () => {
    const { sqs } = aSqsModel()
    const arn = sqs.createQueue('orders', { DelaySeconds: '5' })
    expect(sqs.createQueue('orders', { DelaySeconds: '5' })).toBe(arn)
    expect(() => sqs.createQueue('orders', { DelaySeconds: '6' })).toThrow(withCode('QueueNameExists'))
  })

  test('that was deleted leaves its name free after a minute', () => {
    const { sqs, pass } = aSqsModel()
    const queue = sqs.createQueue('orders')
    sqs.send(queue, { body: 'gone' })
    sqs.deleteQueue(queue)
    expect(() => sqs.receive(queue)).toThrow(withCode('QueueDoesNotExist'))
    expect(sqs.deliver(queue, 'x')).toBe(false)
    expect(() => sqs.createQueue('orders')).toThrow(withCode('QueueDeletedRecently'))
    pass(60_000)
    expect(sqs.receive(sqs.createQueue('orders'))).toEqual([])
  })

  test('has no more than 120,000 messages in flight', () => {
    const { sqs } = aSqsModel()
    const queue = sqs.createQueue('orders')
    for (let index = 0; index < 120_010; index++) sqs.send(queue, { body: 'x' })
    for (let index = 0; index < 12_000; index++) sqs.receive(queue, { max: 10 })
    expect(() => sqs.receive(queue)).toThrow(withCode('OverLimit'))
  })
})
