import type { Mutants } from '../functions.ts'
import { AGEING } from './ageing.ts'
import { NARROWING } from './narrowing.ts'
import { RECOVERING } from './recovering.ts'
import { REHYDRATING } from './rehydrating.ts'
import { SEALING } from './sealing.ts'
import { STORING } from './storing.ts'

/** Breaks of the protocol, by hand. A simulation that does not find each of them proves nothing. */
export const MUTANTS: Mutants = {
  ...AGEING,
  ...SEALING,
  ...STORING,
  ...REHYDRATING,
  ...NARROWING,
  ...RECOVERING,
}
