import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dedupKey, replayAttributes, whyNotSent } from '../../shared/codec/replay-message.ts'
import { checkMessage } from '../../simulator/sqs/message-limits.ts'
import { aRecord } from '../support/builders.ts'

const ORIGIN = { dataset: 'orders', rehydrationId: '01HRKZ0000000000000000ABCD' }

const text = fc.string({ unit: 'binary' }).map((given) => given.toWellFormed())

describe('the deduplication key of a record', () => {
  it('is the same for the same record, and differs in id, time, body and header', () => {
    const record = aRecord({ id: 'a', body: 'b' })
    expect(dedupKey({ ...record, arrived: 1, version: '2', promoted: [1] })).toBe(dedupKey(record))
    const others = [
      aRecord({ id: 'b', body: 'b' }),
      aRecord({ id: 'a', body: 'b', time: 1 }),
      aRecord({ id: 'a', body: 'c' }),
      aRecord({ id: 'a', body: 'b', header: '' }),
      aRecord({ id: 'a","b', body: '' }),
    ]
    expect(new Set([record, ...others].map(dedupKey)).size).toBe(6)
  })
})

describe('the attributes of a record', () => {
  it('are ones that SQS takes, and give id and header back, whatever these are', () =>
    fc.assert(
      fc.property(
        text.filter((id) => id !== ''),
        fc.option(text),
        (id, header) => {
          const attributes = replayAttributes(aRecord({ id, header }), ORIGIN)
          const entries = Object.entries(attributes).map(
            ([name, stringValue]) => [name, { dataType: 'String', stringValue }] as const,
          )
          expect(() => checkMessage('body', new Map(entries), 2 ** 20)).not.toThrow()
          const back = (name: string) =>
            attributes[`${name}Encoding`] === 'base64'
              ? Buffer.from(attributes[name] ?? '', 'base64').toString()
              : attributes[name]
          expect(back('id')).toBe(id)
          expect(back('header')).toBe(header === '' ? undefined : (header ?? undefined))
        },
      ),
    ))
})

describe('a text', () => {
  it.each([
    ['', 0, 'empty'],
    ['x', 101, 'too-long'],
    ['x', 100, undefined],
    ['\t\n\r ', 4, undefined],
    ['\ufffe', 3, 'characters'],
    ['\u0001', 1, 'characters'],
    ['😀', 4, undefined],
  ])('%j of %i bytes: %s', (body, bytes, reason) => {
    expect(whyNotSent(body, bytes, 100)).toBe(reason)
  })

  it('that SQS takes is one that it is sent, and no other', () =>
    fc.assert(
      fc.property(text, (body) => {
        const refused = () => checkMessage(body, new Map(), 2 ** 20)
        if (whyNotSent(body, Buffer.byteLength(body), 2 ** 20) === undefined) expect(refused).not.toThrow()
        else expect(refused).toThrow()
      }),
    ))
})
