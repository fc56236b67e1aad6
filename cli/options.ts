import { WrongUsage } from './failure.ts'

/** Values of options, read; what was expected is said of those that are wrong. */

export const readLimit = (text: string): number => {
  if (text === 'all') return Number.POSITIVE_INFINITY
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text)
  throw new WrongUsage(`--limit: expected a number from 1, or all, got ${JSON.stringify(text)}`)
}

/** In ms; undefined where it is not given. */
export const readTime = (name: string, text: string | undefined): number | undefined => {
  if (text === undefined) return undefined
  const time = Date.parse(text)
  if (!Number.isNaN(time)) return time
  throw new WrongUsage(`--${name}: expected a time such as 2026-11-24T00:00:00Z, got ${JSON.stringify(text)}`)
}
