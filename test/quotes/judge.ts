import { dollarsFor } from '../../shared/domain/prices.ts'
import type { Billed } from './run-quotes.ts'

/** Of what is quoted so much is billed at least, where all that is wanted is known before anything is read. */
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
  const { kind, tier, real, quoted, selection } = billed
  const about = `${kind}, ${tier}: $${real} of $${quoted} (${(real / quoted).toFixed(4)})`
  return `${about}\n  ${JSON.stringify(selection).slice(0, 400)}\n${differences(billed)}`
}

/** What is wrong with a quote; undefined where it has kept its word. */
export const wrongWith = (billed: Billed): string | undefined => {
  const share = billed.real / billed.quoted
  const isFar = billed.kind === 'firm' && share < LEAST_SHARE
  return share > 1 || isFar ? tell(billed) : undefined
}
