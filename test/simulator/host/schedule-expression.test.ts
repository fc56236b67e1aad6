import { describe, expect, it } from 'vitest'
import { parseSchedule } from '../../../simulator/host/events/schedule-expression.ts'

const start = Date.parse('2030-01-01T00:10:00Z')
const next = (expression: string, after: string) =>
  new Date(parseSchedule(expression)(Date.parse(after), start)).toISOString()

describe('a schedule expression', () => {
  it.each([
    ['rate(15 minutes)', '2030-01-01T00:10:00Z', '2030-01-01T00:25:00.000Z'],
    ['rate(15 minutes)', '2030-01-01T00:24:59Z', '2030-01-01T00:25:00.000Z'],
    ['rate(1 day)', '2030-03-01T00:00:00Z', '2030-03-01T00:10:00.000Z'],
    ['cron(0 3 * * ? *)', '2030-01-01T03:00:00Z', '2030-01-02T03:00:00.000Z'],
    ['cron(0/20 8-10 * * ? *)', '2030-01-01T08:20:30Z', '2030-01-01T08:40:00.000Z'],
    ['cron(30 12 1 * ? *)', '2030-01-02T00:00:00Z', '2030-02-01T12:30:00.000Z'],
    ['cron(0 0 ? * 1 *)', '2030-01-01T00:00:00Z', '2030-01-06T00:00:00.000Z'],
    ['cron(0 0 29 2 ? *)', '2030-01-01T00:00:00Z', '2032-02-29T00:00:00.000Z'],
  ])('%s after %s is %s', (expression, after, expected) => {
    expect(next(expression, after)).toBe(expected)
  })

  it.each([
    'rate(0 minutes)',
    'rate(5 weeks)',
    'cron(0 3 * * ?)',
    'cron(0 25 * * ? *)',
    'cron(0 3 L * ? *)',
    'daily',
  ])('refuses %s', (expression) => {
    expect(() => parseSchedule(expression)).toThrow(expression)
  })
})
