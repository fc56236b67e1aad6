import type { Rebuilt } from '../../shared/use-cases/rebuild-catalog.ts'
import type { Cloud } from './cloud.ts'
import type { Customer } from './customer.ts'
import type { Functions } from './functions.ts'
import type { Invariants } from './invariants.ts'
import { Violation } from './violation.ts'

/** The catalog's loss, and its rebuilding from the bucket. */
export const makeLoss = (deps: {
  readonly cloud: Cloud
  readonly functions: Functions
  readonly invariants: Invariants
  readonly customer: Customer
}) => {
  const { cloud, functions, invariants, customer } = deps
  let lost = false
  /** Nothing else has happened since. */
  let quiet = false

  const judge = ({ adopted, buried, forked, unreadable }: Rebuilt) => {
    if (forked.length > 0) throw new Violation('catalog truth', 'log and snapshot contradict each other')
    if (unreadable.length > 0) throw new Violation('catalog truth', `${unreadable} does not tell what it is`)
    return quiet && adopted === 0 && buried === 0
  }

  return {
    isLost: () => lost,
    lose: async () => {
      invariants.suspend()
      customer.excuse()
      await cloud.lose()
      lost = true
      quiet = true
    },
    /** Something began: the catalog may be changed by more than its rebuilding. */
    disturb: () => {
      quiet = false
    },
    /** The work of one attempt: as often as it takes. */
    rebuild: async () => {
      const rebuilt = await functions.rebuild({ dryRun: false })
      if (!lost || rebuilt.failed.length > 0) return
      lost = false
      customer.excuse()
      await invariants.resume(judge(rebuilt))
    },
  }
}

export type Loss = ReturnType<typeof makeLoss>
