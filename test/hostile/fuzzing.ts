import * as fc from 'fast-check'
import { expect } from 'vitest'

/** Seconds that each property may take in a long run (`npm run fuzz`); without it each has one fixed seed. */
const SECONDS = Number(process.env.ICECORE_FUZZ_SECONDS ?? 0)
const SEED = 20_240_310

/** Tries a property: the same few cases each time, or other ones for as long as is asked for. A failure tells its seed. */
export const holds = <Case>(property: fc.IAsyncProperty<Case>, cases = 100): Promise<void> =>
  fc.assert(
    property,
    SECONDS > 0
      ? { numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: SECONDS * 1000 }
      : { numRuns: cases, seed: SEED },
  )

const keysOf = () =>
  [Object.prototype, Array.prototype, Function.prototype, Map.prototype].map((each) => [
    ...Reflect.ownKeys(each),
  ])

/** Runs something that may add nothing to what all objects inherit. */
export const unpolluted = async <T>(run: () => Promise<T>): Promise<T> => {
  const before = keysOf()
  const result = await run()
  expect(keysOf()).toEqual(before)
  return result
}

/** Stands in hostile texts, so that a log line that repeats any of them is seen. */
export const MARK = 'q7Zk'

/** Names that mean something to JavaScript, to file systems, to HTTP or to a terminal. */
export const HOSTILE_NAMES: readonly string[] = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '..',
  '../../etc/passwd',
  'a/../b',
  '%2e%2e%2f',
  '%2f',
  '%00',
  '\0',
  'a\0b',
  '+',
  ' ',
  '\u202egnp.exe',
  '\ufeff',
  '\ud800',
  "'; DROP TABLE records; --",
  '$\u007bjndi:ldap://x}',
  '{"_aws":{"Timestamp":1,"CloudWatchMetrics":[]}}\n',
  '\n{"_aws":{}}\n',
  "=cmd|' /C calc'!A0",
  'x'.repeat(10_240),
  '',
]

export const hostileName = (): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constantFrom(...HOSTILE_NAMES),
    // any UTF-16 units, halves of pairs too
    fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
  )

/** Anything that JSON can hold, with hostile names in it. */
export const hostileJson = (): fc.Arbitrary<string> =>
  fc.oneof(
    fc.json(),
    fc.array(fc.tuple(hostileName(), fc.jsonValue())).map(
      // by hand, since an object would take __proto__ for its own and lose repeated keys
      (members) =>
        `{${members.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`,
    ),
  )

/** A text with a piece of it cut out and another put in. */
export const mutated = (texts: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(
      texts,
      fc.nat(),
      fc.nat(8),
      fc.oneof(fc.constantFrom('"', '{', '[', '\\', ',', ':', '\ud800', '\0'), fc.string()),
    )
    .map(([text, at, length, piece]) => {
      const place = at % (text.length + 1)
      return text.slice(0, place) + piece + text.slice(place + length)
    })
