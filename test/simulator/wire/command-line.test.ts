import { describe, expect, test } from 'vitest'
import { parseCommandLine, UsageError } from '../../../simulator/command-line.ts'

describe('the command line', () => {
  test('has defaults', () => {
    expect(parseCommandLine([], undefined)).toEqual({
      port: 4566,
      dataDir: undefined,
      speed: 1,
      start: undefined,
      credentials: undefined,
      checkSkew: false,
    })
  })

  test('takes all of its options', () => {
    const args = '--port 0 --data here --speed 0.5 --start 2020-01-01T00:00:00Z --check-skew'.split(' ')
    expect(parseCommandLine(args, 'one:a:b, two:c')).toEqual({
      port: 0,
      dataDir: 'here',
      speed: 0.5,
      start: Date.UTC(2020, 0, 1),
      credentials: new Map([
        ['one', 'a:b'],
        ['two', 'c'],
      ]),
      checkSkew: true,
    })
    expect(parseCommandLine(['--help'], undefined)).toBe('help')
  })

  test.each([
    ['--port', '65536'],
    ['--port', 'http'],
    ['--speed', '-1'],
    ['--speed', ''],
    ['--speed', 'Infinity'],
    ['--start', 'yesterday'],
    ['--colour', 'blue'],
    ['serve'],
  ])('refuses %s %s', (...args) => {
    expect(() => parseCommandLine(args, undefined)).toThrow(UsageError)
  })

  test.each(['https://records.example', 'http://localhost:3000,https://*', '*'])(
    'lets pages of %s call what is deployed',
    (origins) => {
      const parsed = parseCommandLine(['--deploy', '.', '--cors-origins', origins], undefined)
      expect(parsed).toMatchObject({ deploy: '.', corsOrigins: origins })
    },
  )

  test.each(['https://records.example/', 'records.example', '', 'https://a.example, https://b.example'])(
    'refuses %j as an origin',
    (origins) => {
      const args = ['--deploy', '.', '--cors-origins', origins]
      expect(() => parseCommandLine(args, undefined)).toThrow('--cors-origins must be origins')
    },
  )

  test('has no pages without anything that is deployed', () => {
    expect(() => parseCommandLine(['--cors-origins', '*'], undefined)).toThrow('--deploy')
  })

  test.each([['secret'], [':secret'], ['id:']])('refuses the credentials %s', (text) => {
    expect(() => parseCommandLine([], text)).toThrow(UsageError)
  })
})
