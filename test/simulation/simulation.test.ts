import { expect, test } from 'vitest'
import { drawHistory } from './history.ts'
import { MUTANTS } from './mutants/mutants.ts'
import { notTried } from './report.ts'
import { runHistory } from './run-history.ts'
import { shrink } from './shrink.ts'
import { CALLS, makeTally } from './tally.ts'

const SEEDS = 100
/** A break that takes more is one that the simulation does not find. */
const MOST = 1000
const MUTANT_NAMES = Object.entries(MUTANTS)

test('whatever happens to it, an archive keeps its promises', async () => {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const { violation } = await runHistory(drawHistory(seed))
    expect(violation?.message, `npm run simulate -- --seed ${seed}`).toBeUndefined()
  }
})

test('so it does over years', async () => {
  for (let seed = 1; seed <= 5; seed += 1) {
    const { violation } = await runHistory(drawHistory(seed, 7))
    expect(violation?.message, `npm run simulate -- --seed ${seed} --years 7`).toBeUndefined()
  }
})

test('a seed is the same run each time', async () => {
  const [one, two] = [
    await runHistory(drawHistory(7), { traced: true }),
    await runHistory(drawHistory(7), { traced: true }),
  ]
  expect(one.trace.length).toBeGreaterThan(50)
  expect(two.trace).toEqual(one.trace)
  expect(two.state).toEqual(one.state)
})

test('a fault that should have happened and never did fails the run', () => {
  const tally = makeTally()
  for (let call = 0; call < 100; call += 1) tally.call('log.append', 0.5, ['refused', 'crash after'])
  tally.count('log.append', 'refused')
  expect(notTried(tally, 100)).toEqual(['log.append: crash after'])
  expect(notTried(tally, 1000)).toContain('log.read: not called')
  expect(tally.counts().get('log.append')?.get(CALLS)?.count).toBe(100)
})

const firstFound = async (mutant: (typeof MUTANTS)[string] | undefined) => {
  for (let seed = 1; seed <= MOST; seed += 1) {
    const history = drawHistory(seed)
    const run = await runHistory(history, { mutant: mutant ?? {} })
    if (run.violation === undefined) continue
    // what shows without the break as well says nothing of it
    expect((await runHistory(history)).violation?.message).toBeUndefined()
    return { history, run }
  }
  return expect.fail(`not within ${MOST} seeds`)
}

test.for(MUTANT_NAMES)('it is found when %s', async ([, mutant]) => {
  await firstFound(mutant)
})

test('the smallest trace that shows a violation is short, and shows it again', async () => {
  const mutant = MUTANTS['a seal that lost its race takes the next number']
  const { history, run } = await firstFound(mutant)
  const small = await shrink(history, run, mutant)
  expect(small.history.actions.length).toBeLessThan(history.actions.length)
  expect(small.history.actions.length).toBeLessThanOrEqual(4)
  expect(small.run.troubles.length).toBeLessThanOrEqual(1)
  expect(small.run.violation?.invariant).toBe(run.violation?.invariant)
  expect(small.run.state.join('\n')).toContain('G#000002')
  const again = await runHistory(small.history, { mutant: mutant ?? {}, traced: true })
  expect(again.violation?.message).toBe(small.run.violation?.message)
  expect(again.trace).toEqual(small.run.trace)
  expect((await runHistory(small.history)).violation).toBeUndefined()
})
