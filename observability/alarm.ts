import type { Series } from './series.ts'

export type Statistic = 'Sum' | 'Maximum' | 'Minimum' | 'SampleCount' | 'p99'

export type Alarm = {
  /** Of the resource, and without the dashes of the name. */
  readonly id: string
  /** After service and stage; also its heading in docs/operate.md. */
  readonly name: string
  /** `page`: somebody has to look now. `ticket`: today or tomorrow. */
  readonly urgency: 'page' | 'ticket'
  readonly means: string
  readonly act: string
  /** Added up where there are several. */
  readonly of: readonly Series[]
  readonly statistic: Statistic
  readonly comparison: 'at-least' | 'above' | 'below'
  readonly threshold: number
  /** s */
  readonly period: number
  /** Of so many periods, so many must be bad. */
  readonly periods: number
  readonly bad: number
  /** What no data means: nothing happened, or the watcher itself is gone. */
  readonly silence: 'fine' | 'bad'
}

const OPERATORS = {
  'at-least': 'GreaterThanOrEqualToThreshold',
  above: 'GreaterThanThreshold',
  below: 'LessThanThreshold',
} as const

/** CloudWatch takes 1,024 characters of it. */
export const describeAlarm = ({ name, urgency, means, act }: Alarm): string =>
  `[${urgency}] ${means} To do: ${act} See docs/operate.md, ${name}.`

const sub = (text: string): unknown => (text.includes('${') ? { 'Fn::Sub': text } : text)

export const dimensionsOf = ({ dimensions }: Series) =>
  Object.entries(dimensions).map(([Name, value]) => ({ Name, Value: sub(value) }))

const metricOf = (one: Series) => ({
  Namespace: one.namespace,
  MetricName: one.metric,
  Dimensions: dimensionsOf(one),
})

/**
 * One series by itself; of several the sum, in which one that is silent counts nothing. Where silence is bad it is filled with 0:
 * missing data alone is not counted before some periods more have none, since CloudWatch goes by older data as long as it finds some.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
const measured = ({ of, statistic, period, silence }: Alarm) => {
  const [first, ...others] = of
  if (first === undefined) throw new Error('an alarm needs something to watch')
  if (others.length === 0 && silence === 'fine') {
    const how = statistic.startsWith('p') ? { ExtendedStatistic: statistic } : { Statistic: statistic }
    return { ...metricOf(first), ...how, Period: period }
  }
  const stats = of.map((one, index) => ({
    Id: `m${index}`,
    ReturnData: false,
    MetricStat: { Metric: metricOf(one), Stat: statistic, Period: period },
  }))
  const sum = stats.map(({ Id }) => `FILL(${Id}, 0)`).join(' + ')
  return { Metrics: [...stats, { Id: 'sum', Expression: sum, Label: 'sum', ReturnData: true }] }
}

/** The CloudFormation resource; who is told is the topic's matter, when it is over too. */
export const alarmResource = (alarm: Alarm, prefix: string, topic: unknown) => ({
  Type: 'AWS::CloudWatch::Alarm',
  Properties: {
    AlarmName: `${prefix}${alarm.name}`,
    AlarmDescription: describeAlarm(alarm),
    ...measured(alarm),
    ComparisonOperator: OPERATORS[alarm.comparison],
    Threshold: alarm.threshold,
    EvaluationPeriods: alarm.periods,
    DatapointsToAlarm: alarm.bad,
    TreatMissingData: alarm.silence === 'fine' ? 'notBreaching' : 'breaching',
    AlarmActions: [topic],
    OKActions: [topic],
  },
})
