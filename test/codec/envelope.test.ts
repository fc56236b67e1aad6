import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readMessage } from '../../shared/codec/envelope.ts'
import { arrayElements, lastMember, objectMembers, sourceAt } from '../../shared/codec/json-slice.ts'

/** JSON text of any value, with spaces of every kind between its parts. */
const spaced = fc
  .tuple(fc.jsonValue(), fc.constantFrom('', ' ', '\n', '\t\r\n '))
  .map(([value, space]) => JSON.stringify(value, null, 1).replaceAll('\n', `\n${space}`))

describe('the JSON scanner', () => {
  it('finds the members that JSON.parse finds', async () => {
    await fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string({ unit: 'binary' }), spaced)),
        fc.constantFrom('', ' \n'),
        (entries, gap) => {
          const source = entries
            .map(([key, value]) => `${gap}${JSON.stringify(key)}${gap}:${gap}${value}${gap}`)
            .join(',')
          const text = `${gap}{${source}${gap}}`
          const members = [...objectMembers(text)]
          expect(members.map(({ key, start, end }) => [key, text.slice(start, end)])).toEqual(entries)
          JSON.parse(text)
        },
      ),
    )
  })

  it('finds the elements that JSON.parse finds, each whole', async () => {
    await fc.assert(
      fc.property(fc.array(spaced), fc.constantFrom('', ' ', '\r\n'), (values, gap) => {
        const text = `[${gap}${values.join(`${gap},${gap}`)}${gap}]`
        const slices = Array.from(arrayElements(text), ({ start, end }) => text.slice(start, end))
        expect(slices).toEqual(values)
        JSON.parse(text)
      }),
    )
  })

  it('ends on any text, be it JSON or not', async () => {
    await fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'{}[]",:\\ 1a') }), (text) => {
        for (const scan of [objectMembers, arrayElements])
          try {
            for (const { end } of scan(text)) expect(end).toBeLessThanOrEqual(text.length)
          } catch (error) {
            expect(error).toBeInstanceOf(SyntaxError)
          }
      }),
      { numRuns: 2000 },
    )
  })

  it('finds the last member of a key, however keys are written', async () => {
    const key = fc.oneof(
      fc.constantFrom('a', 'ab', '\\', '\\n', '"', '', '\u00e9', 'n'),
      fc.string({ maxLength: 3 }),
    )
    const escaped = (text: string) =>
      `"${[...text].map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"`
    const written = fc.record({
      key: fc.string({ maxLength: 2, unit: fc.constantFrom('a', 'b', '\\', 'n') }),
      whole: fc.boolean(),
    })
    await fc.assert(
      fc.property(fc.array(written, { maxLength: 8 }), key, (keys, wanted) => {
        const members = keys.map(
          ({ key: name, whole }, at) => `${whole ? JSON.stringify(name) : escaped(name)} : ${at}`,
        )
        const text = ` {${members.join(' ,')}}`
        const found = lastMember(text, 1, wanted)
        const expected = [...objectMembers(text, 1)].filter((member) => member.key === wanted).at(-1)
        expect(found).toEqual(expected && { start: expected.start, end: expected.end })
      }),
      { numRuns: 1000 },
    )
  })

  it('gives the source of a nested member, the last where keys repeat', () => {
    const text = '{"a":{"b":1},"a":{"b": 2.50 ,"\\u0062":[3.0]}}'
    expect(sourceAt(text, ['a', 'b'])).toBe('[3.0]')
    expect(sourceAt(text, ['a', 'c'])).toBeUndefined()
    expect(sourceAt(text, ['a', 'b', '0'])).toBeUndefined()
  })
})

describe('a message', () => {
  it('with a dataset is lines of records', () => {
    expect(readMessage('{"a":1.0}\r\n\n {"a":2}\n', 'orders')).toEqual({
      records: [
        { dataset: 'orders', text: '{"a":1.0}' },
        { dataset: 'orders', text: ' {"a":2}' },
      ],
      rejections: [],
    })
  })

  it('with a dataset may be one record over several lines', () => {
    const text = '{\n  "a": 1\n}\n'
    expect(readMessage(text, 'orders').records).toEqual([{ dataset: 'orders', text: '{\n  "a": 1\n}' }])
  })

  it('in an envelope gives each record by the exact text that it has there', () => {
    const bodies = [
      '{"n":12345678901234567890}',
      '{"a":1,"a":2}',
      '{"__proto__":{}}',
      '{"u":"\\u00e9\\ud800]"}',
      '7',
    ]
    const text = ` { "dataset" : "orders", "records" : [ ${bodies.join(' ,\n')} ] }`
    expect(readMessage(text)).toEqual({
      records: bodies.map((body) => ({ dataset: 'orders', text: body })),
      rejections: [],
    })
    expect(readMessage(`{"record":${bodies[0]},"dataset":"x"}`).records).toEqual([
      { dataset: 'x', text: bodies[0] },
    ])
  })

  it('gives any records back to the byte', async () => {
    await fc.assert(
      fc.property(fc.array(spaced), fc.string({ minLength: 1 }), (bodies, dataset) => {
        const text = `{"dataset":${JSON.stringify(dataset)},"records":[${bodies.join(', ')}]}`
        expect(readMessage(text).records).toEqual(bodies.map((body) => ({ dataset, text: body })))
      }),
    )
  })

  it('of envelopes on lines may mix datasets, and a bad line leaves its neighbours alone', () => {
    const text = '{"dataset":"a","record":{"x":1}}\r\nnot json\n\n{"dataset":"b","records":[1,2]}\n[]\n'
    const { records, rejections } = readMessage(text)
    expect(records).toEqual([
      { dataset: 'a', text: '{"x":1}' },
      { dataset: 'b', text: '1' },
      { dataset: 'b', text: '2' },
    ])
    expect(rejections.map((rejection) => [rejection.reason, rejection.text])).toEqual([
      ['malformed-envelope', 'not json'],
      ['malformed-envelope', '[]'],
    ])
  })

  it.each([
    '',
    'x',
    '[]',
    'null',
    '{}',
    '{"dataset":"a"}',
    '{"records":[]}',
    '{"dataset":7,"records":[]}',
    '{"dataset":"","records":[]}',
    '{"dataset":"a","records":{}}',
    '{"dataset":"a","records":[1],"record":2}',
    '{"dataset":"a","records":[1],"records":[2]}',
    '{"dataset":"a","dataset":"b","records":[1]}',
    '{"dataset":"a","records":[1],"more":2}',
  ])('that is no envelope is rejected whole, so that no record in it is passed over: %s', (text) => {
    const { records, rejections } = readMessage(text)
    expect(records).toEqual([])
    expect(rejections).toMatchObject([{ reason: 'malformed-envelope', text }])
  })
})
