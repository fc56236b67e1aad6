import { describe, expect, test } from 'vitest'
import { Failure, tellFailure, WrongUsage } from '../../cli/failure.ts'
import { countOf, escapeControls, formatAge, formatFields, formatTable } from '../../cli/text.ts'

describe('text for a terminal', () => {
  test('holds no control character, and none that turns text round', () => {
    expect(escapeControls('a\u001b[31m\r\n\tb\u0000\u009b\u202e\u2066\ufeffé✓')).toBe(
      'a\\u{1b}[31m\\r\\n\\tb\\u{0}\\u{9b}\\u{202e}\\u{2066}\\u{feff}é✓',
    )
  })

  test('every code point of C0, C1 and the directions of text is escaped, and nothing else of them is left', () => {
    const dangerous = [
      ...Array(0x20).keys(),
      0x7f,
      ...Array.from({ length: 0x20 }, (_, at) => 0x80 + at),
      0x200e,
      0x202a,
    ]
    for (const code of dangerous) expect(escapeControls(String.fromCodePoint(code))).toMatch(/^\\[nrtu]/)
  })

  test('stands in columns', () => {
    expect(
      formatTable(
        ['ID', 'OF'],
        [
          ['a\u0007', 'orders'],
          ['longer than that', 'x'],
        ],
      ),
    ).toBe(['ID                OF', 'a\\u{7}            orders', 'longer than that  x'].join('\n'))
    expect(
      formatFields([
        ['a', '1'],
        ['long', '\u001b'],
      ]),
    ).toBe('a     1\nlong  \\u{1b}')
  })

  test('tells ages and counts shortly', () => {
    expect([0, 999, 61_000, 7_200_000, 200_000_000, -5].map(formatAge)).toEqual([
      '0 s',
      '0 s',
      '1 min',
      '2 h',
      '2 d',
      '0 s',
    ])
    expect([countOf(1, 'item'), countOf(2000, 'item'), countOf(0, 'entry', 'entries')]).toEqual([
      '1 item',
      '2,000 items',
      '0 entries',
    ])
  })
})

describe('a failure', () => {
  const named = (name: string, message = 'as AWS says') => Object.assign(new Error(message), { name })
  const on = { endpoint: undefined, stage: 'prod', region: 'eu-central-1' }

  test.each([
    [new Failure('as it is'), 'as it is'],
    [new WrongUsage('as it is'), 'as it is'],
    [named('CredentialsProviderError'), 'AWS_PROFILE'],
    [named('ExpiredTokenException'), 'log in again'],
    [named('AccessDeniedException'), 'may not do that (as AWS says)'],
    [named('ResourceNotFoundException'), 'no icecore of stage prod in eu-central-1'],
    [Object.assign(new Error('connect'), { code: 'ENOTFOUND' }), 'nothing answers at the address of AWS'],
    [named('RangeError', 'too far'), 'RangeError: too far'],
    ['only text', 'Error: only text'],
    [null, 'Error: null'],
  ])('%j is told in words that help', (error, told) => {
    expect(tellFailure(error, on)).toContain(told)
  })

  test('names the endpoint, or that the region is not known', () => {
    const error = named('NoSuchBucket')
    expect(tellFailure(error, { ...on, endpoint: 'http://127.0.0.1:1' })).toContain('at http://127.0.0.1:1')
    expect(tellFailure(error, { ...on, region: undefined })).toContain('in this region')
  })
})
