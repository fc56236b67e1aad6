import type { Price } from './rehydration-terms.ts'

/** The most that may be spent, by list price in US dollars, and read; null: no limit. */
export type Caps = { readonly maxCostUsd: number | null; readonly maxBytes: number | null }

/** What keeps rehydrations of a dataset within bounds. */
export type Guards = {
  readonly perRehydration: Caps
  /** Of all rehydrations that begin on one UTC day together. */
  readonly perDay: Caps
  /** One that costs more waits until somebody else than its asker approves. */
  readonly approvalAboveUsd: number | null
}

export const NO_CAPS: Caps = { maxCostUsd: null, maxBytes: null }
export const NO_GUARDS: Guards = { perRehydration: NO_CAPS, perDay: NO_CAPS, approvalAboveUsd: null }

/** A cap that does not hold what was asked for. */
export type OverCap = {
  /** Where it stands in the configuration, such as `guards.perDay.maxBytes`. */
  readonly cap: string
  readonly limit: number
  readonly asked: number
  /** What others have left of it. */
  readonly left: number
}

export const hasCaps = ({ maxCostUsd, maxBytes }: Caps): boolean => maxCostUsd !== null || maxBytes !== null

export const isGuarded = ({ perRehydration, perDay, approvalAboveUsd }: Guards): boolean =>
  hasCaps(perRehydration) || hasCaps(perDay) || approvalAboveUsd !== null

export const needsApproval = ({ approvalAboveUsd }: Guards, { dollars }: Price): boolean =>
  approvalAboveUsd !== null && dollars > approvalAboveUsd

/** The cap that a price breaks, once `used` is taken off what the caps allow; undefined when it fits. */
export const brokenCap = (
  { maxCostUsd, maxBytes }: Caps,
  scope: 'perRehydration' | 'perDay',
  price: Price,
  used: Price = { dollars: 0, bytes: 0 },
): OverCap | undefined => {
  if (maxCostUsd !== null && used.dollars + price.dollars > maxCostUsd)
    return {
      cap: `guards.${scope}.maxCostUsd`,
      limit: maxCostUsd,
      asked: price.dollars,
      left: Math.max(0, maxCostUsd - used.dollars),
    }
  if (maxBytes !== null && used.bytes + price.bytes > maxBytes)
    return {
      cap: `guards.${scope}.maxBytes`,
      limit: maxBytes,
      asked: price.bytes,
      left: Math.max(0, maxBytes - used.bytes),
    }
  return undefined
}
