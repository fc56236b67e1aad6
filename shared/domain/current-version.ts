import type { ArchiveRecord } from './record.ts'

const INTEGER = /^(-?)0*(\d+)$/

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/**
 * Integers by value, however long, and before all else, so that any three versions have an order; all else as text. ISO times
 * of one form order as text.
 */
const compareVersionText = (a: string, b: string): number => {
  const [first, second] = [INTEGER.exec(a), INTEGER.exec(b)]
  if (first === null || second === null)
    return Number(first === null) - Number(second === null) || compareText(a, b)
  const [, sign = '', digits = ''] = first
  const [, otherSign = '', otherDigits = ''] = second
  if (sign !== otherSign) return sign === '-' ? -1 : 1
  const larger = digits.length - otherDigits.length || compareText(digits, otherDigits)
  return sign === '-' ? -larger : larger
}

/** Orders records of one id, the current one last: by time, then version (none comes first), then arrival. */
export const compareCurrency = (a: ArchiveRecord, b: ArchiveRecord): number => {
  if (a.time !== b.time) return a.time - b.time
  if (a.version !== b.version) {
    if (a.version === null) return -1
    if (b.version === null) return 1
    return compareVersionText(a.version, b.version) || a.arrived - b.arrived
  }
  return a.arrived - b.arrived
}
