import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Alarm } from '../../observability/alarm.ts'
import { alarmsOf } from '../../observability/alarms.ts'
import { sectionsOf } from '../../observability/dashboard.ts'
import { FUNCTIONS } from '../../observability/deployed.ts'
import { savedQueries } from '../../observability/queries.ts'
import { observabilityOf } from '../../observability/resources.ts'
import { functionId, namespaceOf, type Series } from '../../observability/series.ts'
import { describe as describePage } from '../../scripts/describe.ts'
import { METRICS } from '../../shared/runtime/metric-names.ts'
import { allSeries } from '../support/emitted-series.ts'

const place = { service: 'icecore', stage: 'prod', canary: true, shifts: true }
const memory = Object.fromEntries(Object.keys(FUNCTIONS).map((name) => [name, 1024]))
const alarms = alarmsOf(place)
const charted = sectionsOf(place, memory).flatMap(({ widgets }) =>
  widgets.flatMap(({ lines, sums = [] }) => [...lines, ...sums.flatMap(({ of }) => of)].map(({ of }) => of)),
)
const emitted = allSeries()

/** As `seriesOf` writes what a function emitted. */
const named = ({ metric, dimensions }: Series) =>
  `${metric}{${Object.keys(dimensions)
    .toSorted()
    .map((name) => `${name}=${dimensions[name]}`)
    .join()}}`

/** What AWS emits by itself. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/aws-services-cloudwatch-metrics.html */
const AWS: Readonly<Record<string, { dimensions: string; metrics: readonly string[] }>> = {
  'AWS/Lambda': {
    dimensions: 'FunctionName',
    metrics: ['ConcurrentExecutions', 'Duration', 'Errors', 'Invocations', 'Throttles'],
  },
  'AWS/Lambda of a version': {
    dimensions: 'ExecutedVersion,FunctionName,Resource',
    metrics: ['Errors'],
  },
  'AWS/SQS': {
    dimensions: 'QueueName',
    metrics: ['ApproximateAgeOfOldestMessage', 'ApproximateNumberOfMessagesVisible'],
  },
  'AWS/DynamoDB': {
    dimensions: 'TableName',
    metrics: [
      'ConsumedReadCapacityUnits',
      'ConsumedWriteCapacityUnits',
      'ReadThrottleEvents',
      'WriteThrottleEvents',
    ],
  },
  'AWS/ApiGateway': { dimensions: 'ApiId', metrics: ['4xx', '5xx', 'Count', 'Latency'] },
  'AWS/S3': { dimensions: 'BucketName,StorageType', metrics: ['BucketSizeBytes'] },
}

const isEmitted = (series: Series) => {
  if (series.namespace === namespaceOf(place)) return emitted.has(named(series))
  const isVersion = 'ExecutedVersion' in series.dimensions
  const known = AWS[isVersion ? `${series.namespace} of a version` : series.namespace]
  return (
    known?.metrics.includes(series.metric) === true &&
    Object.keys(series.dimensions).toSorted().join() === known.dimensions
  )
}

describe('what is watched', () => {
  it.each(alarms)('alarm $name is of something that is emitted', ({ of }) => {
    expect(of.filter((one) => !isEmitted(one))).toEqual([])
  })

  it('is on the dashboard only where it is emitted', () => {
    expect(charted.length).toBeGreaterThan(80)
    expect(charted.filter((one) => !isEmitted(one))).toEqual([])
  })

  it('finds a metric out that nobody emits, and dimensions that nobody gives', () => {
    const good = { namespace: 'icecore/prod', metric: 'archiveLag', dimensions: { service: 'age-records' } }
    expect(isEmitted(good)).toBe(true)
    expect(isEmitted({ ...good, metric: 'archiveDelay' })).toBe(false)
    expect(isEmitted({ ...good, dimensions: { service: 'sweep' } })).toBe(false)
    expect(isEmitted({ ...good, dimensions: { service: 'age-records', dataset: 'orders' } })).toBe(false)
    expect(isEmitted({ ...good, namespace: 'icecore/dev' })).toBe(false)
    expect(
      isEmitted({ namespace: 'AWS/Lambda', metric: 'Failures', dimensions: { FunctionName: 'x' } }),
    ).toBe(false)
  })

  it('leaves out no metric of icecore, in alarms and dashboard together', () => {
    const seen = new Set([...charted, ...alarms.flatMap(({ of }) => of)].map(({ metric }) => metric))
    const unseen = Object.keys(METRICS).filter((name) => !seen.has(name))
    // told beside others: bytes next to records, and what the canary adds
    expect(unseen.toSorted()).toEqual(['bytesArchived', 'canaryRehydrated', 'sealedBytes'])
  })
})

describe('alarms', () => {
  const unique = (of: (alarm: Alarm) => string) => expect(new Set(alarms.map(of)).size).toBe(alarms.length)

  it('have names of their own', () => {
    unique(({ id }) => id)
    unique(({ name }) => name)
  })

  it('are never worse than the time they look at', () => {
    for (const { period, periods, bad } of alarms) {
      expect(bad).toBeLessThanOrEqual(periods)
      // CloudWatch looks back a day at most
      expect(period * periods).toBeLessThanOrEqual(86_400)
    }
  })

  it('of the canary are there only where it flies', () => {
    const without = alarmsOf({ ...place, canary: false }).map(({ name }) => name)
    expect(alarms.map(({ name }) => name).filter((name) => !without.includes(name))).toEqual([
      'canary-missing',
      'canary-failed',
      'canary-silent',
    ])
  })
})

describe('alarms on new versions', () => {
  it('are there only where aliases move', () => {
    const isNew = ({ name }: Alarm) => name.endsWith('-new-version')
    expect(alarms.filter(isNew)).toHaveLength(Object.keys(FUNCTIONS).length)
    expect(alarmsOf({ ...place, shifts: false }).filter(isNew)).toEqual([])
  })
})

describe('the resources', () => {
  const { Resources } = observabilityOf({ ...place, email: '' }, memory)
  const text = JSON.stringify(Resources)

  it('have a mail subscription only where an address is given', () => {
    expect(Resources).not.toHaveProperty('AlarmEmail')
    const { Resources: mailed } = observabilityOf({ ...place, email: 'oncall@example.com' }, memory)
    expect(mailed).toMatchObject({ AlarmEmail: { Properties: { Endpoint: 'oncall@example.com' } } })
  })

  it('name functions as osls does', () => {
    expect(functionId('age-records')).toBe('AgeDashrecordsLambdaFunction')
    expect(text).toContain(`\${AgeDashrecordsLambdaFunction}`)
  })

  it('show each widget within the page, none above another', () => {
    const body = JSON.parse(Resources.Dashboard.Properties.DashboardBody['Fn::Sub'])
    const cells = new Set<string>()
    for (const { x, y, width, height } of body.widgets) {
      expect(x + width).toBeLessThanOrEqual(24)
      for (let column = x; column < x + width; column += 1)
        for (let row = y; row < y + height; row += 1) {
          expect(cells).not.toContain(`${column} ${row}`)
          cells.add(`${column} ${row}`)
        }
    }
    expect(body.widgets.length).toBeGreaterThan(20)
  })

  it('look for silence in the time that the alarm looks at, and not later', () => {
    const silent = alarms.filter(({ silence }) => silence === 'bad')
    expect(silent.map(({ name }) => name)).toEqual(['sweep-silent', 'audit-silent', 'canary-silent'])
    for (const { id, period } of silent)
      expect(Resources).toMatchObject({
        [`${id}Alarm`]: {
          Properties: {
            TreatMissingData: 'breaching',
            Metrics: [
              { Id: 'm0', ReturnData: false, MetricStat: { Stat: 'SampleCount', Period: period } },
              { Expression: 'FILL(m0, 0)', ReturnData: true },
            ],
          },
        },
      })
  })

  const costs = sectionsOf(place, { ...memory, sweep: 2048 }).flatMap(({ widgets }) =>
    widgets.flatMap(({ sums = [] }) => sums),
  )

  it('write numbers as metric math reads them', () => {
    expect(costs.length).toBeGreaterThan(2)
    for (const { expression } of costs) {
      expect(expression).not.toMatch(/\de[-+]?\d/)
      expect(expression).toMatch(/ \* 0\.\d+/)
    }
  })

  it('show what is stored on the day that S3 has told last', () => {
    const body = JSON.parse(Resources.Dashboard.Properties.DashboardBody['Fn::Sub'])
    const stored = body.widgets.filter(({ properties }: { properties: { metrics?: unknown } }) =>
      JSON.stringify(properties.metrics ?? []).includes('BucketSizeBytes'),
    )
    expect(stored).toHaveLength(2)
    for (const { properties } of stored) expect(properties).toMatchObject({ period: 86_400, start: '-P7D' })
    const monthly = costs.find(({ label }) => label === 'dollars a month')
    expect(monthly?.expression).toContain('FILL(FILL(m0, REPEAT), 0) / 1073741824 * 0.023')
  })

  it('price an hour of each function by its memory', () => {
    const compute = costs.find(({ label }) => label.startsWith('Lambda'))
    const sweep = compute?.of.findIndex(({ label }) => label === 'sweep')
    expect(compute?.expression).toContain(`FILL(m${sweep}, 0) / 1000 * 2 * 0.0000133334`)
  })
})

describe('docs/operate.md', () => {
  const page = readFileSync('docs/operate.md', 'utf8')

  it('says of every alarm and query what their definitions say', () => {
    expect(page).toBe(describePage(page))
    for (const { name } of alarms) expect(page).toContain(`### ${name}\n`)
    for (const { act } of alarms) expect(page).toContain(act)
    for (const { query } of savedQueries) expect(page).toContain(query)
  })

  it('tells of no alarm that is not there', () => {
    const told = [...page.matchAll(/^### (.+)$/gm)].map(([, name]) => name)
    expect(told).toEqual(alarms.map(({ name }) => name))
  })

  it('links only what is there', () => {
    const links = [...page.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, link = '']) => link)
    expect(links.filter((link) => !existsSync(`docs/${link}`))).toEqual([])
  })

  it.each([
    'Dead letters',
    'A lost or damaged catalog',
    'Restoring the table',
    'Limits',
    'Removing the stack, and keeping the archive',
  ])('has a section on: %s', (title) => {
    expect(page).toContain(`\n## ${title}\n`)
  })
})
