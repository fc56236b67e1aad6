import type { Scenario } from '../scenario.ts'
import { AGEING } from './ageing.ts'
import { BATCHING } from './batching.ts'
import { KEEPING } from './keeping.ts'
import { MENDING } from './mending.ts'
import { READING } from './reading.ts'
import { REHYDRATING } from './rehydrating.ts'
import { STEERING } from './steering.ts'

/** By the name of the group: each has a test of its own. */
export const SCENARIOS = {
  ageing: AGEING,
  batching: BATCHING,
  keeping: KEEPING,
  mending: MENDING,
  reading: READING,
  rehydrating: REHYDRATING,
  steering: STEERING,
} as const satisfies Readonly<Record<string, readonly Scenario[]>>
