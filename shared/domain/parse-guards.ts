import * as z from 'zod'
import type { Caps, Guards } from './guards.ts'

/** Null lifts a limit that the deployment has. */
const dollars = z.number().nonnegative('expected US dollars, 0 or more').nullable().exactOptional()
const bytes = z.int().nonnegative('expected bytes, 0 or more').nullable().exactOptional()
const caps = z.strictObject({ maxCostUsd: dollars, maxBytes: bytes }).prefault({})
/** As they stand in the configuration, at its top or in a dataset. */
export const guards = z
  .strictObject({ perRehydration: caps, perDay: caps, approvalAboveUsd: dollars })
  .prefault({})

type GivenGuards = z.output<typeof guards>

/** What is given in the place of what holds without it. */
export const overrideGuards = (given: GivenGuards, others: Guards): Guards => {
  const capsOf = (scope: 'perRehydration' | 'perDay'): Caps => ({ ...others[scope], ...given[scope] })
  return {
    approvalAboveUsd: others.approvalAboveUsd,
    ...given,
    perRehydration: capsOf('perRehydration'),
    perDay: capsOf('perDay'),
  }
}
