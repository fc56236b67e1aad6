import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ConfigError, parseConfig } from '../../shared/domain/parse-config.ts'
import { HOSTILE_NAMES, holds, hostileName, unpolluted } from './fuzzing.ts'

const good = { id: 'id', time: { path: 'at', unit: 'iso' } }

const FIELDS = [
  'id',
  'time',
  'version',
  'partition',
  'promoted',
  'classes',
  'retention',
  'seal',
  'limits',
  'hotPrefix',
]

const aValue = fc.oneof(
  fc.jsonValue(),
  hostileName(),
  fc.constantFrom<unknown>(
    undefined,
    null,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    -0,
    1e308,
    10n,
    Symbol('x'),
    () => 1,
    new Date(0),
    new Map(),
  ),
  fc.array(
    fc.oneof(
      hostileName(),
      fc.record({ after: hostileName(), storageClass: hostileName() }),
      fc.record({ name: hostileName(), path: hostileName(), type: hostileName() }),
    ),
  ),
)

/** A member as JSON would have it, `__proto__` too. */
const withOwn = (object: object, name: string, value: unknown) =>
  Object.defineProperty({ ...object }, name, { value, enumerable: true, configurable: true, writable: true })

const aConfig = fc.oneof(
  aValue,
  fc.record({ datasets: aValue, destinations: aValue }),
  fc.tuple(hostileName(), aValue).map(([name, value]) => ({ datasets: withOwn({}, name, value) })),
  fc
    .tuple(fc.oneof(fc.constantFrom(...FIELDS), hostileName()), aValue)
    .map(([field, value]) => ({ datasets: { orders: withOwn(good, field, value) } })),
  fc
    .tuple(hostileName(), hostileName())
    .map(([name, prefix]) => ({ datasets: { orders: good }, destinations: withOwn({}, name, { prefix }) })),
)

const NAME = /^[a-z][a-z0-9-]{0,62}$/
const PREFIX = /^([A-Za-z0-9._-]+\/)*$/

describe('a hostile configuration', () => {
  test('[S3] [S4] is refused with each field named, or is one of safe names', () =>
    holds(
      fc.asyncProperty(aConfig, async (input) => {
        await unpolluted(async () => {
          try {
            const { datasets, destinations } = parseConfig(input)
            for (const [name, { hotPrefix }] of datasets)
              expect([NAME.test(name), PREFIX.test(hotPrefix)]).toEqual([true, true])
            for (const [name, { prefix }] of destinations)
              expect([NAME.test(name), PREFIX.test(prefix)]).toEqual([true, true])
          } catch (error) {
            expect(error).toBeInstanceOf(ConfigError)
            expect(String(error)).toMatch(/mistakes\n {2}\S.*: \S/s)
          }
        })
      }),
      1500,
    ))

  test.each(HOSTILE_NAMES)('[S3] cannot name a dataset, a destination, a column or a folder %j', (name) => {
    const column = { name, path: 'x', type: 'string' }
    const inputs = [
      { datasets: withOwn({}, name, good) },
      { datasets: { orders: good }, destinations: withOwn({}, name, { prefix: 'x/' }) },
      { datasets: { orders: { ...good, promoted: [column] } } },
      { datasets: { orders: { ...good, hotPrefix: `${name}/` } } },
    ]
    // words that JavaScript knows are names like others to S3; an object of datasets cannot have __proto__ as its own
    const harmless = /^[a-z]+$/.test(name) ? [0, 1, 2, 3] : /^[A-Za-z_]+$/.test(name) ? [3] : []
    inputs.forEach((input, at) => {
      if (harmless.includes(at)) return
      const parsed = (() => {
        try {
          return parseConfig(input)
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError)
          return undefined
        }
      })()
      expect([...(parsed?.datasets.keys() ?? []), ...(parsed?.destinations.keys() ?? [])]).not.toContain(name)
      if (at > 1) expect(parsed).toBeUndefined()
    })
  })

  test.each(['constructor', 'prototype'])(
    '[S4] may name a dataset %s, which is one like any other',
    (name) => {
      const { datasets } = parseConfig({ datasets: { [name]: good } })
      expect([...datasets.keys()]).toEqual([name])
      expect(datasets.get('toString')).toBeUndefined()
    },
  )
})
