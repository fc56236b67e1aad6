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

/** So many of them, each as likely as any other: always the same for the same seed. */
const someOf = (pairs: readonly Pair[], most: number, seed: number): readonly Pair[] => {
  const draw = makeRandom(seed)
  return pairs
    .map((pair) => ({ pair, at: draw() }))
    .toSorted((a, b) => a.at - b.at)
    .slice(0, most)
    .map(({ pair }) => pair)
}

/**
 * Plays a scenario with a second fault after a first one: all pairs where they are few, else `most` of them. Pairs of
 * which the second fault has nothing left to befall are played and not counted.
 */
export const playPairs = async (
  scenario: Scenario,
  calls: number,
  most: number,
): Promise<readonly Outcome[]> => {
  const outcomes: Outcome[] = []
  for (const pair of someOf(allPairs(calls), most, 1)) outcomes.push(await playNamed(scenario, pair))
  return outcomes.filter(({ allHappened }) => allHappened)
}
