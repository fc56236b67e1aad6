import { describe, expect, it } from 'vitest'
import { FAULTS } from './faults.ts'
import { kindsTable, type Played } from './kinds-table.ts'
import { playPairs } from './pairs.ts'
import { type Outcome, playEveryFault, type Scenario, titleOf } from './scenario.ts'

/** Second faults that are played of each scenario. */
const PAIRS = 6

/** Tests every scenario of a group with every fault at every call, and keeps in a file which calls these were. */
export const playGroup = (name: string, scenarios: readonly Scenario[]): void => {
  describe('[F1] [F2] after a fault at any call of', () => {
    const played: Played[] = []
    const outcomes: Outcome[] = []

    it.each(scenarios.map((scenario) => ({ title: titleOf(scenario), scenario })))(
      '$title',
      async ({ scenario }) => {
        const single = await playEveryFault(scenario)
        const met = single.flatMap((outcome) => outcome.met)
        played.push({ scenario, met })
        outcomes.push(...single)
        for (const fault of FAULTS) expect(met.filter((one) => one.fault === fault)).not.toEqual([])
        expect([...(single[0]?.called ?? [])]).toContain(scenario.useCase)

        const calls = met.filter(({ fault }) => fault === 'crash before').length
        expect(await playPairs(scenario, calls, PAIRS)).not.toEqual([])
      },
    )

    it('every method of what a call gave was called too', () => {
      const reached = new Set(outcomes.flatMap((outcome) => [...outcome.reached]))
      const given = outcomes.flatMap(({ offered }) => [...offered]).filter((kind) => kind.includes('()'))
      expect(given.filter((kind) => !reached.has(kind))).toEqual([])
    })

    it(`the calls are those in kinds/${name}.txt`, async () => {
      expect(played).toHaveLength(scenarios.length)
      await expect(kindsTable(played)).toMatchFileSnapshot(`kinds/${name}.txt`)
    })
  })
}
