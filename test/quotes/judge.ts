import { RESTORED_COPY } from '../../shared/domain/bill-thaws.ts'
import { dollarsFor } from '../../shared/domain/prices.ts'
import type { Billed } from './run-quotes.ts'

/** Of what is quoted so much is billed at least, where what is wanted is known by id or by time before anything is read. */
export const LEAST_SHARE = 0.9

const differences = ({ lines, expected }: Billed): string =>
  [...new Set([...lines.keys(), ...expected.keys()])]
    .map((line) => [line, lines.get(line) ?? 0, expected.get(line) ?? 0] as const)
    .filter(([, real, most]) => real !== most)
    .map(
      ([line, real, most]) =>
        `  ${line}: ${real}, quoted ${most} ($${dollarsFor(line, real - most).toExponential(2)})`,
    )
    .join('\n')

/** What was quoted and billed, and where they differ. */
export const tell = (billed: Billed): string => {
  const { kind, tier, real, quoted, atLeast, records, told, selection } = billed
  const about = `${kind}, ${tier}: $${real} of $${quoted} (${(real / quoted).toFixed(4)}), at least $${atLeast}`
  const counted = `${records} records of ${told.exact ? '' : 'about '}${told.count}`
  return `${about}; ${counted}\n  ${JSON.stringify(selection).slice(0, 400)}\n${differences(billed)}`
}

/** Sums of dollars are not exact to the last digit. */
const NOTHING = 1e-9

const copiesIn = (lines: Billed['lines']): number => dollarsFor(RESTORED_COPY, lines.get(RESTORED_COPY) ?? 0)

const PUT = 's3.put.STANDARD'

/** US dollars of files that were not put: only who reads it knows that there is nothing in a part of a partition’s time. */
const notPut = ({ lines, expected, told }: Billed): number =>
  told.exact ? 0 : Math.max(0, dollarsFor(PUT, (expected.get(PUT) ?? 0) - (lines.get(PUT) ?? 0)))

// each asked so that what is no number is wrong
const isRight = (billed: Billed): boolean => {
  const { kind, quoted, atLeast, real, lines, expected, records, told } = billed
  const share = real / quoted
  const isNear = (real + notPut(billed)) / quoted >= LEAST_SHARE
  const isFair = share > 0 && share <= 1 && (kind !== 'firm' || isNear)
  // copies are there for no less than the least that was told
  const mayLack = quoted - atLeast
  const isLeast = mayLack >= 0 && copiesIn(lines) >= copiesIn(expected) - mayLack - NOTHING
  const isCounted = told.exact ? records === told.count : records >= 0
  return isFair && isCounted && (kind !== 'firm' || isLeast)
}

/** What is wrong with a quote; undefined where it has kept its word. */
export const wrongWith = (billed: Billed): string | undefined => (isRight(billed) ? undefined : tell(billed))
