import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { DAY, MINUTE } from '../../shared/domain/duration.ts'
import { NO_TERMS } from '../../shared/domain/rehydration-terms.ts'
import { type PlanDeps, planRehydration } from '../../shared/use-cases/plan-rehydration.ts'
import { makeRandom } from '../../simulator/randomness.ts'
import { NOON } from '../support/builders.ts'
import { crashes, FAULTS, type Fault, makeCrashPoint } from '../support/crashing.ts'
import { aRequest } from '../support/rehydration-world.ts'
import { aRange } from '../support/selections.ts'
import { aSparseArchive } from '../support/sparse-archive.ts'

const run = promisify(execFile)

/** A third of what Lambda gives the function, in MB: the keys of one job, and what one look at some partitions takes. */
const HEAP = 128

/** About as many as one attempt takes that has everything to claim. */
const MOST_CALLS = 110_000

const PLAN = { rehydrationId: '01HRKZ0000000000000000ABCD', partition: null }

const asked = async (partitions: number, segmentsEach: number) => {
  const archive = aSparseArchive(partitions, segmentsEach)
  const request = aRequest({ selection: aRange(NOON - 10_000 * DAY, NOON + DAY), tier: 'Bulk' })
  await archive.ports.rehydrations.create(
    {
      id: PLAN.rehydrationId,
      request,
      caller: 'tester',
      acceptedAt: NOON,
      state: { name: 'accepted' },
      terms: NO_TERMS,
    },
    NOON,
  )
  const batch = async () => (await archive.ports.rehydrations.find(PLAN.rehydrationId))?.terms.batch
  return { archive, batch }
}

describe('a rehydration of very many segments', () => {
  test('is planned into jobs of 100,000 in bounded memory', async () => {
    const script = join(import.meta.dirname, 'plan-large-rehydration.ts')
    const { stdout } = await run(process.execPath, [`--max-old-space-size=${HEAP}`, script, '2500', '100'])
    const told = JSON.parse(stdout)
    expect(told).toMatchObject({
      outcome: 'planned',
      claimed: 250_000,
      listedOnce: 250_000,
      listedTwice: 0,
      jobs: 3,
      tasks: 2500,
    })
    // the last look at some partitions may take it over
    expect(told.longestList).toBeLessThan(101_000)
  })

  test('[F1] [F2] is planned once, however often it dies on the way', async () => {
    const { archive, batch } = await asked(1000, 101)
    const draw = makeRandom(1)
    const pick = (most: number) => 1 + Math.floor(draw() * most)
    let deaths = 0
    for (let attempts = 0; ; attempts += 1) {
      expect(attempts).toBeLessThan(200)
      // as likely among the first calls as among the claims, or what comes after them
      const nth = Math.ceil(MOST_CALLS ** draw())
      const point = makeCrashPoint(nth, FAULTS[pick(FAULTS.length) - 1] ?? ('before' satisfies Fault))
      const ports: PlanDeps = { ...archive.ports }
      const wrapped = Object.fromEntries(
        Object.entries(ports).map(([name, port]) => [
          name,
          typeof port === 'object' && name !== 'config' ? point.wrap(port) : port,
        ]),
      )
      // the same ports, each behind the crash point
      const died = await crashes(() => planRehydration({ ...ports, ...wrapped })(PLAN.rehydrationId))
      if (!died && point.happened() === false) break
      deaths += 1
      archive.clock.now += 12 * MINUTE
    }
    expect(deaths).toBeGreaterThan(0)
    const state = await archive.ports.rehydrations.find(PLAN.rehydrationId)
    expect(state?.state.name).toBe('thawing')
    const jobs = (await batch())?.jobs ?? []
    // each of them is made, once, or was planned too long ago to be made at all
    expect(new Set(jobs.map(({ name }) => name)).size).toBe(jobs.length)
    expect(jobs.flatMap(({ id }) => (id === null ? [] : [id])).toSorted()).toEqual(
      [...archive.made.values()].toSorted(),
    )
    const { claimed, listedOnce, listedTwice } = archive.tally()
    expect([claimed, listedTwice]).toEqual([archive.total, 0])
    const made = jobs.filter(({ id }) => id !== null)
    expect(listedOnce).toBe(made.reduce((sum, { segments }) => sum + segments, 0))
  })
})
