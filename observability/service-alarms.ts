import type { Alarm } from './alarm.ts'
import { series } from './series.ts'

const oftenEnough = { period: 300, periods: 3, bad: 2, silence: 'fine' } as const

/** Of what AWS runs for icecore. */
export const serviceAlarms: readonly Alarm[] = [
  {
    ...oftenEnough,
    id: 'ApiFailures',
    name: 'api-failures',
    urgency: 'page',
    means: 'The API answers with 5xx. A deployment of archive-api that is going on is turned back.',
    act: 'run the saved query "API failures", and look for its requestId as apiRequestId in what "errors" finds.',
    of: [series.api('5xx')],
    statistic: 'Sum',
    comparison: 'at-least',
    threshold: 3,
    // within the five minutes of a canary
    period: 60,
    periods: 5,
    bad: 2,
  },
  {
    ...oftenEnough,
    id: 'ApiLatency',
    name: 'api-latency',
    urgency: 'ticket',
    means: 'One in a hundred calls of the API takes more than ten seconds. At thirty API Gateway gives up.',
    act: 'look which route it is in the saved query "API failures"; ranges of many partitions are better asked for in parts.',
    of: [series.api('Latency')],
    statistic: 'p99',
    comparison: 'above',
    threshold: 10_000,
  },
  {
    ...oftenEnough,
    id: 'CatalogThrottled',
    name: 'catalog-throttled',
    urgency: 'ticket',
    means: 'DynamoDB refuses reads or writes of the catalog. They are tried again, and all is slower.',
    act: 'wait a quarter of an hour: a table on demand doubles its capacity by itself. If it goes on, look for a partition that gets nearly all records.',
    of: [series.table('ReadThrottleEvents'), series.table('WriteThrottleEvents')],
    statistic: 'Sum',
    comparison: 'at-least',
    threshold: 10,
  },
]
