import { Broken } from './archive-view.ts'
import { type Fault, type MetFault, makeFaults, type PlannedFault } from './faults.ts'
import { VISIBILITY } from './task-queue.ts'
import type { UseCases } from './use-cases.ts'
import { makeWorker, type Worker } from './worker.ts'
import { makeWorld, type World } from './world.ts'

/** One use case in one situation. */
export type Scenario = {
  readonly useCase: keyof UseCases
  /** Completes "…, when". */
  readonly when: string
  /** What has happened before, without faults. */
  readonly given?: (world: World) => Promise<unknown>
  /** What is tried until it comes through: a message taken, a tick of the schedule, a caller's request. */
  readonly attempt: (worker: Worker, world: World) => Promise<unknown>
  /** What more has to hold in the end. */
  readonly inTheEnd?: (world: World) => Promise<unknown> | unknown
  /** True where what has happened before broke what must always hold: it is checked once the attempt came through. */
  readonly startsBroken?: true
  /** Hot objects that are meant to stay. */
  readonly staysHot?: readonly string[]
}

export const titleOf = ({ useCase, when }: Scenario): string => `${useCase} ${when}`

/** More often than that no message comes again before it would go to a dead-letter queue. */
const MOST_ATTEMPTS = 10

export type Outcome = {
  readonly met: readonly MetFault[]
  /** False when the scenario came through without meeting every planned fault. */
  readonly allHappened: boolean
  readonly reached: ReadonlySet<string>
  readonly offered: ReadonlySet<string>
  readonly called: ReadonlySet<string>
}

/**
 * Plays a scenario with faults: what it attempts is attempted again, by a new process and after the queue's visibility
 * timeout, until it comes through; then everything runs to its end. What must always hold is checked after each attempt.
 */
export const play = async (scenario: Scenario, plan: readonly PlannedFault[]): Promise<Outcome> => {
  const world = makeWorld()
  await scenario.given?.(world)
  const overtake = async () => {
    world.pass(VISIBILITY)
    await scenario.attempt(world.soundWorker, world)
  }
  const faults = makeFaults(plan, overtake)
  const called = new Set<string>()

  const comesThrough = async (): Promise<boolean> => {
    const metBefore = faults.met.length
    const process = faults.start()
    const worker = makeWorker(world, process)
    try {
      await scenario.attempt(worker, world)
      return !process.isDead()
    } catch (error) {
      // whoever met a fault may say so as it likes
      if (faults.met.length > metBefore && !(error instanceof Broken)) return false
      throw error
    } finally {
      for (const name of worker.called) called.add(name)
    }
  }

  let attempts = 1
  for (; !(await comesThrough()); attempts += 1) {
    if (!scenario.startsBroken) await world.check()
    if (attempts === MOST_ATTEMPTS) throw new Error(`attempted ${attempts} times in vain`)
    world.pass(VISIBILITY)
  }
  await world.check()
  await world.converge(scenario.staysHot ?? [])
  await scenario.inTheEnd?.(world)
  const { met, reached, offered } = faults
  return { met, allHappened: faults.allHappened(), reached, offered, called }
}

const nameOf = (plan: readonly PlannedFault[]) =>
  plan.map(({ fault, nth }) => `${fault} call ${nth}`).join(', then ')

/** As `play`, with the plan in what it throws. */
export const playNamed = async (scenario: Scenario, plan: readonly PlannedFault[]): Promise<Outcome> => {
  try {
    return await play(scenario, plan)
  } catch (error) {
    throw new Error(`${titleOf(scenario)}: ${nameOf(plan) || 'no fault'}`, { cause: error })
  }
}

/** Plays a scenario with one fault of a kind at every call, from the first on, until it comes through without meeting it. */
export const playEverywhere = async (scenario: Scenario, fault: Fault): Promise<readonly Outcome[]> => {
  const outcomes: Outcome[] = []
  for (let nth = 1; ; nth += 1) {
    const outcome = await playNamed(scenario, [{ fault, nth }])
    if (!outcome.allHappened) return outcomes
    outcomes.push(outcome)
  }
}

/**
 * Plays a scenario with every fault at every call. A crash after a call is one before the next, for nothing of a process
 * outlives it: so only the one after the last call is played by itself.
 */
export const playEveryFault = async (scenario: Scenario): Promise<readonly Outcome[]> => {
  const outcomes = [await playNamed(scenario, [])]
  const crashes = await playEverywhere(scenario, 'crash before')
  outcomes.push(...crashes, await playNamed(scenario, [{ fault: 'crash after', nth: crashes.length }]))
  for (const fault of ['answer lost', 'overtaken'] as const)
    outcomes.push(...(await playEverywhere(scenario, fault)))
  return outcomes
}
