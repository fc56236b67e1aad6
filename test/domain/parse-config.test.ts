import { describe, expect, test } from 'vitest'
import { DAY } from '../../shared/domain/duration.ts'
import {
  ConfigError,
  type ConfigInput,
  defineConfig,
  parseClasses,
  parseConfig,
} from '../../shared/domain/parse-config.ts'

const withOrders = (orders: object): unknown => ({
  datasets: { orders: { id: 'id', time: { path: 'at' }, ...orders } },
})

test('a dataset needs only to say where id and time are', () => {
  const input: ConfigInput = { datasets: { orders: { id: 'id', time: { path: 'meta.at' } } } }
  expect(parseConfig(input).datasets.get('orders')).toMatchObject({
    name: 'orders',
    time: { path: ['meta', 'at'], unit: 'iso' },
    partition: 'day',
    hotPrefix: 'orders/',
    retention: null,
  })
})

test.each([
  ['an unknown member', withOrders({ partitions: 'day' }), 'datasets.orders', 'partitions'],
  ['a partition that is none', withOrders({ partition: 'week' }), 'datasets.orders.partition', 'hour'],
  ['a duration without unit', withOrders({ retention: '7' }), 'datasets.orders.retention', '90d'],
  [
    'an upward class step',
    withOrders({
      classes: [
        { after: '0d', storageClass: 'GLACIER' },
        { after: '1d', storageClass: 'STANDARD' },
      ],
    }),
    'datasets.orders.classes.1.storageClass',
    'never moves upward',
  ],
  [
    'a later class that no lifecycle rule moves segments to',
    withOrders({
      classes: [
        { after: '0d', storageClass: 'STANDARD' },
        { after: '30d', storageClass: 'STANDARD_IA' },
      ],
    }),
    'datasets.orders.classes.1.storageClass',
    'GLACIER_IR, GLACIER, DEEP_ARCHIVE',
  ],
  [
    'a class step that is not later than the one before',
    withOrders({
      classes: [
        { after: '0d', storageClass: 'STANDARD' },
        { after: '0d', storageClass: 'GLACIER' },
      ],
    }),
    'datasets.orders.classes.1.after',
    'a later age',
  ],
  ['a dataset without a class', withOrders({ classes: [] }), 'datasets.orders.classes', ''],
  [
    'a promoted column that is named twice',
    withOrders({
      promoted: [
        { name: 'customer', path: 'a', type: 'string' },
        { name: 'customer', path: 'b', type: 'string' },
      ],
    }),
    'datasets.orders.promoted.1.name',
    'already a column',
  ],
  [
    'a first class that is not at age 0',
    withOrders({ classes: [{ after: '1d', storageClass: 'GLACIER' }] }),
    'datasets.orders.classes.0.after',
    '0d',
  ],
  [
    'a class that S3 does not have',
    withOrders({ classes: [{ after: '0d', storageClass: 'COLD' }] }),
    'datasets.orders.classes.0.storageClass',
    'GLACIER_IR',
  ],
  [
    'a promoted column named like an own one',
    withOrders({ promoted: [{ name: 'body', path: 'b', type: 'string' }] }),
    'datasets.orders.promoted.0.name',
    'already a column',
  ],
  ['a dataset name with a slash', { datasets: { 'a/b': {} } }, 'datasets.a/b', ''],
  [
    'a segment too large for Expedited',
    withOrders({ seal: { targetBytes: 300_000_000 } }),
    'datasets.orders.seal.targetBytes',
    '250000000',
  ],
  [
    'a destination that climbs',
    { datasets: {}, destinations: { out: { prefix: '../' } } },
    'destinations.out.prefix',
    'folders',
  ],
  [
    'a queue without a rate',
    { datasets: {}, destinations: { out: { queue: 'REPLAY_QUEUE_ARN' } } },
    'destinations.out',
    'perSecond',
  ],
  [
    'a queue by its URL',
    {
      datasets: {},
      destinations: { out: { queue: 'https://sqs.us-east-1.amazonaws.com/1/q', perSecond: 5 } },
    },
    'destinations.out',
    'ARN',
  ],
  [
    'a destination named as the one that is always there',
    { datasets: {}, destinations: { inline: { prefix: 'x/' } } },
    'destinations.inline',
    'another',
  ],
  ['no object at all', 'orders', '(top level)', 'object'],
])('%s is an error that names the field and what was expected', (_, input, field, expected) => {
  expect(() => parseConfig(input)).toThrow(field)
  expect(() => parseConfig(input)).toThrow(expected)
})

test('promoted columns, class steps and destinations are taken as they are written', () => {
  const promoted = [{ name: 'customer', path: 'customer.id', type: 'string' }]
  const classes = [
    { after: '0d', storageClass: 'STANDARD' },
    { after: '30d', storageClass: 'GLACIER' },
  ]
  const { datasets } = parseConfig(withOrders({ promoted, classes, hotPrefix: 'hot/' }))
  expect(datasets.get('orders')).toMatchObject({
    promoted: [{ name: 'customer', path: ['customer', 'id'] }],
    classes: [{ after: 0 }, { after: 30 * 86_400_000, storageClass: 'GLACIER' }],
    hotPrefix: 'hot/',
  })
})

test('two datasets cannot share hot objects', () => {
  const dataset = { id: 'id', time: { path: 'at' } }
  const input = { datasets: { a: { ...dataset, hotPrefix: 'in/' }, b: { ...dataset, hotPrefix: 'in/b/' } } }
  expect(() => parseConfig(input)).toThrow('datasets.b.hotPrefix: overlaps')
})

test.each([
  [{}, 10_000],
  [{ batchThawsAbove: 0 }, 0],
  [{ batchThawsAbove: null }, null],
])('%j has jobs ask for more thaws than %j', (input, above) => {
  expect(parseConfig({ datasets: {}, ...input }).batchThawsAbove).toBe(above)
})

test.each([-1, 0.5, '9'])('%j thaws are a mistake', (batchThawsAbove) => {
  expect(() => parseConfig({ datasets: {}, batchThawsAbove })).toThrow('batchThawsAbove')
})

const withCanary = (canary: object, record: object = {}): unknown => ({
  datasets: { canaries: { id: 'id', time: { path: 'at' }, retention: '7d', ...record } },
  destinations: { back: { prefix: 'back/' }, queue: { queue: 'REPLAY_QUEUE_ARN', perSecond: 5 } },
  canary,
})

test('a canary names a dataset and a destination', () => {
  const canary = { dataset: 'canaries', destination: 'back' }
  expect(parseConfig(withCanary(canary)).canary).toEqual(canary)
  expect(parseConfig(withOrders({})).canary).toBeUndefined()
})

test.each([
  [{ dataset: 'gone', destination: 'back' }, {}, 'canary.dataset: there is no dataset gone'],
  [{ dataset: 'canaries', destination: 'gone' }, {}, 'canary.destination: there is no destination gone'],
  [{ dataset: 'canaries', destination: 'back' }, { retention: null }, 'expected a dataset with a retention'],
  [
    { dataset: 'canaries', destination: 'back' },
    { id: 'at.id' },
    'expected id and time of canaries to lie apart',
  ],
  [{ dataset: 'canaries' }, {}, 'canary.destination'],
  [{ dataset: 'canaries', destination: 'queue' }, {}, 'expected one with a prefix, and queue is a queue'],
])('a canary of %j with %j is a mistake', (canary, record, told) => {
  expect(() => parseConfig(withCanary(canary, record))).toThrow(told)
})

test('a destination is a prefix or a queue, and one for small answers is always there', () => {
  const arn = 'arn:aws:sqs:eu-west-1:123456789012:orders.fifo'
  const { destinations } = parseConfig({
    datasets: {},
    destinations: {
      files: { prefix: 'files/' },
      named: { queue: 'REPLAY_QUEUE_ARN', perSecond: 5 },
      given: { queue: arn, perSecond: 1000 },
    },
  })
  expect([...destinations.values()]).toEqual([
    { name: 'files', prefix: 'files/' },
    { name: 'named', prefix: 'replays/named/', replay: { queue: 'REPLAY_QUEUE_ARN', perSecond: 5 } },
    { name: 'given', prefix: 'replays/given/', replay: { queue: arn, perSecond: 1000 } },
    { name: 'inline', prefix: 'inline/' },
  ])
})

test.each([0, 1.5, 1001, '5'])('a rate of %j is a mistake', (perSecond) => {
  const input = { datasets: {}, destinations: { out: { queue: 'REPLAY_QUEUE_ARN', perSecond } } }
  expect(() => parseConfig(input)).toThrow('destinations.out')
})

describe('quotes', () => {
  const withQuotes = (validFor: string) => ({ ...Object(withOrders({})), quotes: { validFor } })

  test('are valid for as long as it says', () => {
    expect(parseConfig(withQuotes('2h')).quotes).toEqual({ validFor: 7_200_000 })
    expect(parseConfig(withOrders({})).quotes).toBeUndefined()
  })

  test.each(['59s', '8d', 'long'])('of %s are a mistake', (validFor) => {
    expect(() => parseConfig(withQuotes(validFor))).toThrow('quotes.validFor')
  })
})

test('a configuration is checked where it is written as where it is read', () => {
  const input: ConfigInput = { datasets: { orders: { id: 'id', time: { path: 'at' } } } }
  expect(defineConfig(input)).toEqual(parseConfig(input))
  const mistaken: ConfigInput = {
    datasets: { orders: { id: 'id', time: { path: 'at' }, retention: 'soon' } },
  }
  expect(() => defineConfig(mistaken)).toThrow(ConfigError)
})

test('steps of classes are read by themselves, or it is said what is wrong with them', () => {
  const steps = [
    { after: '0d', storageClass: 'STANDARD' },
    { after: '30d', storageClass: 'GLACIER_IR' },
  ]
  expect(parseClasses(steps)).toEqual([
    { after: 0, storageClass: 'STANDARD' },
    { after: 30 * DAY, storageClass: 'GLACIER_IR' },
  ])
  const up = () => parseClasses(steps.toReversed().map((step, at) => ({ ...step, after: `${at}d` })))
  expect(up).toThrow(ConfigError)
  expect(up).toThrow('1.storageClass')
})
