import { HOUR } from './duration.ts'

export const PARTITION_UNITS = ['hour', 'day', 'month'] as const
export type PartitionUnit = (typeof PARTITION_UNITS)[number]

const LENGTH = { hour: 13, day: 10, month: 7 } as const

/** First instant that a partition can name: 0000-01-01. Last: the end of 9999. */
export const MIN_TIME = Date.parse('0000-01-01T00:00:00Z')
export const MAX_TIME = Date.parse('9999-12-31T23:59:59.999Z')

/** The text of an hour, by its number: times of one batch lie close together, and making the text costs as much as parsing it. */
const hours = new Map<number, string>()
const MOST_HOURS = 1024

const hourOf = (time: number): string => {
  const number = Math.floor(time / HOUR)
  const known = hours.get(number)
  if (known !== undefined) return known
  const text = new Date(time).toISOString()
  if (hours.size >= MOST_HOURS) hours.clear()
  hours.set(number, text)
  return text
}

/** The partition of a time in ms: `2018-02-07T13`, `2018-02-07` or `2018-02`, always UTC. A time that is none is an error. */
export const partitionOf = (time: number, unit: PartitionUnit): string => hourOf(time).slice(0, LENGTH[unit])

const PARTITION = /^\d{4}-\d{2}(-\d{2}(T\d{2})?)?$/

/** Start (inclusive) and end (exclusive) of a partition, in ms. An ill-formed partition is an error. */
export const partitionRange = (partition: string): { start: number; end: number } => {
  const start = PARTITION.test(partition)
    ? Date.parse(`${partition}${'0000-01-01T00:00:00Z'.slice(partition.length)}`)
    : Number.NaN
  // Date.parse takes the 30th of February for the 1st of March
  if (Number.isNaN(start) || !new Date(start).toISOString().startsWith(partition))
    throw new Error(
      `partition: expected YYYY-MM, YYYY-MM-DD or YYYY-MM-DDTHH, got ${JSON.stringify(partition)}`,
    )
  const end = new Date(start)
  if (partition.length === LENGTH.month) end.setUTCMonth(end.getUTCMonth() + 1)
  else if (partition.length === LENGTH.day) end.setUTCDate(end.getUTCDate() + 1)
  else end.setUTCHours(end.getUTCHours() + 1)
  return { start, end: end.getTime() }
}
