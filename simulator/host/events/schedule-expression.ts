const MINUTE = 60_000
const UNITS = { minute: MINUTE, hour: 60 * MINUTE, day: 1440 * MINUTE } as const
const YEARS_AHEAD = 8

/** When a schedule next fires after `after`, given when it began; all in ms. */
export type NextTime = (after: number, start: number) => number

/**
 * `rate(15 minutes)` or `cron(0 3 * * ? *)`, in UTC. Of cron's fields, numbers, `*`, `?`, lists, ranges and steps are
 * known; names, `L`, `W` and `#` are not.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 */
export const parseSchedule = (expression: string): NextTime => {
  const [, amount, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? []
  if (
    amount !== undefined &&
    (unit === 'minute' || unit === 'hour' || unit === 'day') &&
    Number(amount) > 0
  ) {
    const period = Number(amount) * UNITS[unit]
    return (after, start) => start + (Math.floor((after - start) / period) + 1) * period
  }
  const fields = /^cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)$/.exec(expression)?.slice(1)
  if (fields === undefined) throw new Error(`${expression} is no schedule that is known here`)
  return cron(expression, fields)
}

const cron = (expression: string, fields: readonly string[]): NextTime => {
  const field = (index: number, min: number, max: number) =>
    parseField(fields[index] ?? '', min, max, expression)
  const minutes = field(0, 0, 59)
  const hours = field(1, 0, 23)
  const daysOfMonth = field(2, 1, 31)
  const months = field(3, 1, 12)
  const daysOfWeek = field(4, 1, 7)
  const years = field(5, 1970, 2199)
  const isDay = (day: Date) =>
    years.has(day.getUTCFullYear()) &&
    months.has(day.getUTCMonth() + 1) &&
    daysOfMonth.has(day.getUTCDate()) &&
    daysOfWeek.has(day.getUTCDay() + 1)

  return (after) => {
    const last = after + YEARS_AHEAD * 366 * UNITS.day
    for (let day = after - (after % UNITS.day); day <= last; day += UNITS.day) {
      if (!isDay(new Date(day))) continue
      for (const hour of hours) {
        for (const minute of minutes) {
          const time = day + hour * UNITS.hour + minute * MINUTE
          if (time > after) return time
        }
      }
    }
    throw new Error(`${expression} does not fire within ${YEARS_AHEAD} years`)
  }
}

/** The field's numbers, ascending. */
const parseField = (text: string, min: number, max: number, expression: string): ReadonlySet<number> => {
  const numbers = text.split(',').flatMap((part) => {
    const [, all, from, to, step] = /^(?:([*?])|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(part) ?? []
    if (all === undefined && from === undefined) {
      throw new Error(`${expression}: ${part} is not known here`)
    }
    const first = all === undefined ? Number(from) : min
    const last = all !== undefined || (to === undefined && step !== undefined) ? max : Number(to ?? from)
    if (first < min || last > max || first > last) throw new Error(`${expression}: ${part} is out of range`)
    const every = Number(step ?? 1)
    return Array.from({ length: Math.floor((last - first) / every) + 1 }, (_, index) => first + index * every)
  })
  return new Set(numbers.sort((a, b) => a - b))
}
