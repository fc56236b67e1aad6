import type { ClassStep, ClassSteps } from '../dataset.ts'
import { DAY } from '../duration.ts'
import { PRICES, type PriceTable } from '../prices.ts'
import { isColder, LIFECYCLE_CLASSES, type StorageClass } from '../storage-class.ts'
import { addDollars, type LadderDollars, priceStay } from './ladder.ts'
import type { Material } from './material.ts'

/** What new segments may be sealed into: all that keeps them in several places and asks nothing for each object. */
export const FIRST_CLASSES = ['STANDARD', 'STANDARD_IA', 'GLACIER_IR', 'GLACIER', 'DEEP_ARCHIVE'] as const

const USUAL_AGES = [7, 14, 30, 60, 90, 120, 180, 270, 365, 730, 1095].map((days) => days * DAY)

/** Ages at which a segment may be moved: usual ones, and those at which the material's needs change. */
export const movingAges = ({ within, reads, lifetime }: Material): readonly number[] => {
  const changes = [...within, ...reads].map(({ from }) => from)
  const ages = [...USUAL_AGES, ...changes].filter((age) => age > 0 && age < lifetime)
  return [...new Set(ages)].toSorted((a, b) => a - b)
}

/** A ladder, and what it costs for one segment over its lifetime. */
export type Found = { readonly steps: ClassSteps; readonly dollars: LadderDollars }

export type LadderOptions = {
  /** Ages to move at; `movingAges` unless given. */
  readonly ages?: readonly number[]
  readonly table?: PriceTable
}

const cheapest = (candidates: readonly (Found | undefined)[]): Found | undefined =>
  candidates.reduce((best, one) => {
    if (one === undefined || best === undefined) return best ?? one
    return one.dollars.total < best.dollars.total ? one : best
  }, undefined)

/**
 * The cheapest ladder with a class in it that lets every record be read in time: over all choices of classes, ever colder, and of
 * ages to move at. Of two that cost the same, the one that moves later. Undefined where there is none.
 */
export const findLadder = (
  material: Material,
  including: StorageClass,
  { ages = movingAges(material), table = PRICES }: LadderOptions = {},
): Found | undefined => {
  const { lifetime } = material
  const known = new Map<string, Found | undefined>()

  const stayUntil = (step: ClassStep, until: number) =>
    priceStay(material, { ...step, until, isFirst: step.after === 0 }, table)

  /** From an age on, in a class that it has just come to; `owed`: the class that must be there was not there before. */
  const from = (step: ClassStep, owed: boolean): Found | undefined => {
    const key = `${step.storageClass} ${step.after} ${owed}`
    if (!known.has(key)) known.set(key, search(step, owed && step.storageClass !== including))
    return known.get(key)
  }

  const goOn = (step: ClassStep, after: number, owed: boolean): readonly (Found | undefined)[] => {
    const here = stayUntil(step, after)
    if (here === undefined) return []
    return LIFECYCLE_CLASSES.filter((next) => isColder(next, step.storageClass)).map((storageClass) => {
      const rest = from({ after, storageClass }, owed)
      return rest && { steps: [step, ...rest.steps], dollars: addDollars(here, rest.dollars) }
    })
  }

  const search = (step: ClassStep, owed: boolean): Found | undefined => {
    const toEnd = owed ? undefined : stayUntil(step, lifetime)
    const later = ages.filter((age) => age > step.after)
    return cheapest([
      toEnd && { steps: [step], dollars: toEnd },
      ...later.toReversed().flatMap((after) => goOn(step, after, owed)),
    ])
  }

  return cheapest(FIRST_CLASSES.map((storageClass) => from({ after: 0, storageClass }, true)))
}
