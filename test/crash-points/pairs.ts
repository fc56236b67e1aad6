import { makeRandom } from '../../simulator/randomness.ts'
import { FAULTS, type Fault, type PlannedFault } from './faults.ts'
import { type Outcome, playNamed, type Scenario } from './scenario.ts'

/** What a second fault may be: one that overtakes twice is two that overtake once. */
const SECOND: readonly Fault[] = ['crash after', 'answer lost']

type Pair = readonly [PlannedFault, PlannedFault]

/** Every second fault after every first one, of a scenario whose attempts make so many calls. */
const allPairs = (calls: number): Pair[] =>
  FAULTS.flatMap((first) =>
    Array.from({ length: calls }, (_, at) => at + 1).flatMap((nth) =>
      SECOND.flatMap((second) =>
        Array.from(
          { length: calls },
          (_, at): Pair => [
            { fault: first, nth },
            { fault: second, nth: at + 1 },
          ],
        ),
      ),
    ),
  )

/** In another order, always the same for the same seed. */
const shuffled = (pairs: readonly Pair[], seed: number): readonly Pair[] => {
  const draw = makeRandom(seed)
  return pairs
    .map((pair) => ({ pair, at: draw() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ pair }) => pair)
}

/**
 * Plays a scenario with a second fault after a first one: every pair where there are no more than `most`, else as many of
 * them. A pair of which the second fault finds nothing left to befall does not count.
 */
export const playPairs = async (
  scenario: Scenario,
  calls: number,
  most: number,
): Promise<readonly Outcome[]> => {
  const outcomes: Outcome[] = []
  for (const pair of shuffled(allPairs(calls), 1)) {
    if (outcomes.length === most) break
    const outcome = await playNamed(scenario, pair)
    if (outcome.allHappened) outcomes.push(outcome)
  }
  return outcomes
}
