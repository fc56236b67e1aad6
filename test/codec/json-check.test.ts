import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findNotJson } from '../../shared/codec/json-check.ts'

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Pieces that JSON is made of, and some that it is not: most rows of them are nearly a document. */
const aPiece = fc.constantFrom(
  ...[
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '"',
    '\\',
    'true',
    'false',
    'null',
    'nul',
    '0',
    '-',
    '1',
    '.5',
    'e',
    'E+7',
  ],
  ...[
    '-0.5e-3',
    ' ',
    '\t',
    '\n',
    '\r',
    '\f',
    '\ufeff',
    '\u2028',
    '"\\u00e9"',
    '"\\u00g0"',
    '"\\n"',
    '"\\x"',
    '"\u0001"',
    '😀',
  ],
)

describe('a text', () => {
  it('is a document where JSON.parse says so, and only there', () =>
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(aPiece).map((pieces) => pieces.join('')),
          fc.json(),
        ),
        (text) => {
          expect(findNotJson(text) === undefined).toBe(isJson(text))
        },
      ),
      { numRuns: 3000 },
    ))

  it('of a document is one no more when anything is put in, left out or put in its place', () =>
    fc.assert(
      fc.property(fc.json(), fc.nat(), aPiece, fc.nat({ max: 2 }), (json, place, piece, left) => {
        const at = place % (json.length + 1)
        const text = json.slice(0, at) + piece + json.slice(at + left)
        expect(findNotJson(text) === undefined).toBe(isJson(text))
      }),
      { numRuns: 3000 },
    ))

  it.each([
    ['', 0],
    [' ', 1],
    ['{', 1],
    ['{"a"}', 4],
    ['{"a":1,}', 7],
    ['[1,]', 3],
    ['[1 2]', 3],
    ['[}', 1],
    ['{"a":[1}', 7],
    ['01', 1],
    ['-', 1],
    ['1.', 2],
    ['1e+', 3],
    ['"a', 2],
    ['"\n"', 1],
    ['"\\', 2],
    ['"\\u12', 5],
    ['"\\u12G4"', 5],
    ['tru', 0],
    ['1 1', 2],
    ['[]]', 2],
  ])('like %j is none from character %d on', (text, at) => {
    expect(isJson(text)).toBe(false)
    expect(findNotJson(text)).toBe(at)
  })

  it('may be nested as deep as it is long', () => {
    const depth = 100_000
    const mixed = '{"a":['.repeat(depth)
    expect(findNotJson(`${mixed}1${']}'.repeat(depth)}`)).toBeUndefined()
    expect(findNotJson(`${mixed}1${']}'.repeat(depth - 1)}}]`)).toBe(mixed.length + 1 + 2 * (depth - 1))
    expect(findNotJson(mixed)).toBe(mixed.length)
  })
})
