import type { Alarm, Statistic } from './alarm.ts'
import { alarmsOf } from './alarms.ts'
import { savedQueries } from './queries.ts'
import type { Place } from './series.ts'

const STATISTICS: Readonly<Record<Statistic, string>> = {
  Sum: 'the sum',
  Maximum: 'the largest',
  Minimum: 'the smallest',
  SampleCount: 'the number of values',
  p99: 'the 99th percentile',
}

const COMPARISONS = { 'at-least': 'is at least', above: 'is above', below: 'is below' } as const

const timeOf = (seconds: number): string =>
  seconds % 3600 === 0 ? `${seconds / 3600} h` : `${seconds / 60} min`

const whenOf = ({ of, statistic, comparison, threshold, period, periods, bad, silence }: Alarm): string => {
  const metrics = [...new Set(of.map(({ namespace, metric }) => `\`${namespace}\` \`${metric}\``))].join(
    ' + ',
  )
  const often = periods === 1 ? `in ${timeOf(period)}` : `in ${bad} of ${periods} times ${timeOf(period)}`
  const value = threshold.toLocaleString('en-US')
  const orSilent = silence === 'bad' ? ', or there is none' : ''
  return `${STATISTICS[statistic]} of ${metrics} ${COMPARISONS[comparison]} ${value} ${often}${orSilent}`
}

/** How an alarm stands in docs/operate.md: under its own name, which its description refers to. */
const sectionOf = (alarm: Alarm): string =>
  [
    `### ${alarm.name}`,
    '',
    `*${alarm.urgency}.* ${alarm.means}`,
    '',
    `Goes off when ${whenOf(alarm)}.`,
    '',
    `To do: ${alarm.act}`,
  ].join('\n')

/** The part of docs/operate.md that is written from the definitions. */
export const describeAlarms = (place: Place): string => alarmsOf(place).map(sectionOf).join('\n\n')

export const describeQueries = (place: Place): string =>
  savedQueries
    .map(({ name, query }) => `**${place.service}-${place.stage}/${name}**\n\n\`\`\`\n${query}\n\`\`\``)
    .join('\n\n')
