import { countsTable } from './kinds-table.ts'
import { type Outcome, playEveryFault, titleOf } from './scenario.ts'
import { SCENARIOS } from './scenarios/all.ts'

/** Plays every scenario with every fault at every call, and prints how many calls of each kind failed in each way. */
const outcomes: Outcome[] = []
for (const scenario of Object.values(SCENARIOS).flat()) {
  const played = await playEveryFault(scenario)
  outcomes.push(...played)
  console.error(`${titleOf(scenario)}: ${played.flatMap(({ met }) => met).length} points`)
}
console.log(countsTable(outcomes.flatMap(({ met }) => met)))
