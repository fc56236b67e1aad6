import { expect, test } from 'vitest'
import { MUTANTS } from './mutants.ts'
import { runSeed } from './run-seed.ts'

const SEEDS = 20
const MOST = 200

test('whatever happens to it, an archive keeps its promises', async () => {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const { violation } = await runSeed(seed)
    expect(violation?.message, `npm run simulate -- --seed ${seed}`).toBeUndefined()
  }
})

test('a seed is the same run each time', async () => {
  const [one, two] = [await runSeed(7), await runSeed(7)]
  expect(one.trace.length).toBeGreaterThan(100)
  expect(two.trace).toEqual(one.trace)
})

test.for(Object.entries(MUTANTS))('it is found when %s', async ([, mutant]) => {
  for (let seed = 1; seed <= MOST; seed += 1)
    if ((await runSeed(seed, mutant)).violation !== undefined) return
  expect.fail(`not within ${MOST} seeds`)
})
