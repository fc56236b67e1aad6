import type { ClassSteps } from '../dataset.ts'
import { DAY } from '../duration.ts'
import { billableBytes, classTerms, PRICES, type PriceTable } from '../prices.ts'
import type { StorageClass } from '../storage-class.ts'
import { FIRST_CLASSES, findLadder } from './find-ladder.ts'
import { type LadderDollars, ladderDollars, staysOf } from './ladder.ts'
import type { Material } from './material.ts'

/** Why a class is not in the ladder: `dearer`: the cheapest ladder with it costs so much more, as a share. */
export type Skipped =
  | {
      readonly storageClass: StorageClass
      readonly reason: 'dearer'
      readonly by: number
      readonly steps: ClassSteps
    }
  | { readonly storageClass: StorageClass; readonly reason: 'too-slow' }

export type Warning =
  /** Segments leave a class before its minimum, which is billed all the same. */
  | {
      readonly kind: 'minimum-duration'
      readonly storageClass: StorageClass
      readonly days: number
      readonly minDays: number
    }
  /** A segment is billed as if it was larger, by such a share. */
  | { readonly kind: 'small-objects'; readonly storageClass: StorageClass; readonly by: number }

export type Advice = {
  readonly steps: ClassSteps
  /** For one segment over its lifetime. */
  readonly dollars: LadderDollars
  /** The present ladder; `undefined` where it does not let every record be read in time. */
  readonly present: LadderDollars | undefined
  readonly skipped: readonly Skipped[]
  readonly warnings: readonly Warning[]
  /** Of the present ladder. */
  readonly presentWarnings: readonly Warning[]
}

/** From so much on it is worth a word. */
const NOTABLE = 0.05

export const warningsOf = (
  { segmentBytes, lifetime }: Pick<Material, 'segmentBytes' | 'lifetime'>,
  steps: ClassSteps,
): readonly Warning[] =>
  staysOf(steps, lifetime).flatMap(({ storageClass, after, until }): Warning[] => {
    const { minDays } = classTerms[storageClass]
    const days = (until - after) / DAY
    const { own, standard } = billableBytes(storageClass, segmentBytes)
    const by = (own + standard) / segmentBytes - 1
    return [
      ...(days < minDays ? [{ kind: 'minimum-duration', storageClass, days, minDays } as const] : []),
      ...(by > NOTABLE ? [{ kind: 'small-objects', storageClass, by } as const] : []),
    ]
  })

/** The cheapest class ladder for a material, why it is none of the others, and what the present one costs. */
export const adviseClasses = (
  material: Material,
  present: ClassSteps,
  table: PriceTable = PRICES,
): Advice => {
  const ladders = FIRST_CLASSES.map((storageClass) => ({
    storageClass,
    found: findLadder(material, storageClass, { table }),
  }))
  // STANDARD for good is always fast enough, so there is one
  const { steps, dollars } = ladders
    .flatMap(({ found }) => found ?? [])
    .reduce((best, one) => (one.dollars.total < best.dollars.total ? one : best))
  const used = new Set(steps.map(({ storageClass }) => storageClass))
  const skipped = ladders
    .filter(({ storageClass }) => !used.has(storageClass))
    .map(
      ({ storageClass, found }): Skipped =>
        found === undefined
          ? { storageClass, reason: 'too-slow' }
          : {
              storageClass,
              reason: 'dearer',
              by: found.dollars.total / dollars.total - 1,
              steps: found.steps,
            },
    )
  return {
    steps,
    dollars,
    present: ladderDollars(material, present, table),
    skipped,
    warnings: warningsOf(material, steps),
    presentWarnings: warningsOf(material, present),
  }
}
