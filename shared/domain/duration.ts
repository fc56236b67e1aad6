const MS = { s: 1e3, m: 60e3, h: 3600e3, d: 86400e3, w: 7 * 86400e3, y: 365 * 86400e3 } as const

export type DurationUnit = keyof typeof MS

const DURATION = /^(\d{1,6})([smhdwy])$/

/** `90d` → ms. Units: s, m, h, d, w, y (365 days). Undefined when the text is not a duration. */
export const parseDuration = (text: string): number | undefined => {
  const [, amount, unit] = DURATION.exec(text) ?? []
  if (amount === undefined || unit === undefined || !(unit in MS)) return undefined
  // `in` does not narrow a string to a key
  return Number(amount) * MS[unit as DurationUnit]
}

export const MINUTE = MS.m
export const HOUR = MS.h
export const DAY = MS.d
