import type { ClassStep, ClassSteps } from '../dataset.ts'
import { dollarsFor, PRICES, type PriceTable } from '../prices.ts'
import type { Material } from './material.ts'
import { type StayDollars, stayDollars } from './stay.ts'

/** US dollars for one segment, from when it is sealed to its end. */
export type LadderDollars = StayDollars & {
  /** Its put, and its transitions. */
  readonly moves: number
  readonly total: number
}

const NOTHING: LadderDollars = { storage: 0, early: 0, reads: 0, moves: 0, total: 0 }

const sumOf = ({ storage, early, reads, moves }: Omit<LadderDollars, 'total'>): LadderDollars => ({
  storage,
  early,
  reads,
  moves,
  total: storage + early + reads + moves,
})

export const addDollars = (a: LadderDollars, b: LadderDollars): LadderDollars =>
  sumOf({
    storage: a.storage + b.storage,
    early: a.early + b.early,
    reads: a.reads + b.reads,
    moves: a.moves + b.moves,
  })

/** How long a segment is in a class: put there as it is sealed (`isFirst`), or moved there. */
export type Stay = ClassStep & { readonly until: number; readonly isFirst: boolean }

/** What it costs to bring a segment into a class and to keep it there; undefined where it could not be read in time. */
export const priceStay = (
  material: Material,
  { after, until, storageClass, isFirst }: Stay,
  table: PriceTable,
): LadderDollars | undefined => {
  const stay = stayDollars(material, storageClass, { since: after, until }, table)
  const line = `s3.${isFirst ? 'put' : 'transition'}.${storageClass}`
  return stay && sumOf({ ...stay, moves: dollarsFor(line, 1, table) })
}

/** The steps that a segment comes to in its lifetime, each with the age at which it leaves. */
export const staysOf = (steps: ClassSteps, lifetime: number): readonly Stay[] =>
  steps
    .filter(({ after }) => after < lifetime)
    .map((step, index) => ({
      ...step,
      until: Math.min(lifetime, steps[index + 1]?.after ?? lifetime),
      isFirst: index === 0,
    }))

/** What a ladder costs; undefined where it lets a record be read too late. */
export const ladderDollars = (
  material: Material,
  steps: ClassSteps,
  table: PriceTable = PRICES,
): LadderDollars | undefined =>
  staysOf(steps, material.lifetime).reduce<LadderDollars | undefined>((sum, stay) => {
    const dollars = priceStay(material, stay, table)
    return sum && dollars && addDollars(sum, dollars)
  }, NOTHING)
