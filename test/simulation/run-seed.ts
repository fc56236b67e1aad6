import { DAY, HOUR } from '../../shared/domain/duration.ts'
import { makeActions, THEMES } from './actions.ts'
import type { PartitionView } from './archive-view.ts'
import { makeCloud } from './cloud.ts'
import { converge, workOff } from './converge.ts'
import { makeCustomer } from './customer.ts'
import { makeDraw } from './draw.ts'
import type { Mutant } from './functions.ts'
import { makeInvariants } from './invariants.ts'
import { makeProducer } from './producer.ts'
import { makeScheduler } from './scheduler.ts'
import { START } from './settings.ts'
import { makeTally, type Tally } from './tally.ts'
import { Violation } from './violation.ts'
import { makeWorkers } from './workers.ts'

export type Run = {
  readonly seed: number
  readonly violation: Violation | undefined
  readonly tally: Tally
  /** All that happened, in order. */
  readonly trace: readonly string[]
  /** Calls of ports. */
  readonly steps: number
}

/** A rehydration takes many small steps, an ageing few large ones. */
const ACTIONS = { ageing: 40, rehydrating: 110 } as const
/** The day's partition is sealed then, straight into the class that orders belong in. */
const GROWN = 4 * DAY
const MOST_AT_ONCE = 6
const RATES = [0.01, 0.04, 0.08]
const CHANGING = /: (log\.append|log\.remove|remover\.|quarantine\.|hot store\.remove)|acknowledged/

/** One whole history of a small archive, from its seed alone. */
export const runSeed = async (seed: number, mutant: Mutant = {}): Promise<Run> => {
  const draw = makeDraw(seed)
  const tally = makeTally()
  const trace: string[] = []
  const settings = { rate: draw.pick(RATES) ?? 0 }
  const cloud = makeCloud(draw, tally)
  const scheduler = makeScheduler(draw)
  let steps = 0
  let changed = false
  const note = (line: string) => {
    trace.push(`+${((cloud.now() - START) / HOUR).toFixed(3)} h ${line}`)
    changed ||= CHANGING.test(line)
  }
  const producer = makeProducer(cloud, draw, tally)
  const customer = makeCustomer(cloud, draw, producer)
  const workers = makeWorkers({ cloud, draw, tally, scheduler, settings, note, mutant })
  const invariants = makeInvariants(cloud, producer)
  let views: readonly PartitionView[] = []

  const check = async () => {
    changed = false
    views = await invariants()
    return views
  }
  const step = async () => {
    const went = await scheduler.step()
    steps += 1
    workers.throwFailures()
    if (changed) await check()
    return went
  }
  const finish = async () => {
    while (await step());
  }
  const pass = (ms: number) => {
    note(`${(ms / HOUR).toFixed(1)} h pass`)
    cloud.clock.now += ms
    cloud.s3.runDue()
  }

  const theme = draw.pick(THEMES) ?? 'ageing'
  const actions = makeActions({
    theme,
    draw,
    producer,
    customer,
    workers,
    views: () => views,
    pass,
    finish,
  })

  const live = async () => {
    for (let begun = 0; begun < ACTIONS[theme]; ) {
      const running = scheduler.running()
      // a writer does not wait for those who read what it has written
      if (workers.isRunning('age-objects') && draw.chance(0.04)) producer.appendToObject()
      if (running >= MOST_AT_ONCE || (running > 0 && draw.chance(0.85))) {
        await step()
        continue
      }
      // a queue without messages is no action
      if ((await draw.pick(actions)?.()) !== false) begun += 1
      workers.throwFailures()
    }
  }

  /** Some worlds begin with records that are cold already. */
  const grow = async () => {
    const { rate } = settings
    settings.rate = 0
    for (const send of [producer.sendRecords, producer.putObject, producer.sendRecords]) await send()
    await workOff(workers, finish)
    pass(GROWN)
    await workers.sweep()
    await finish()
    await workOff(workers, finish)
    settings.rate = rate
  }

  const run = async () => {
    if (theme === 'rehydrating' || draw.chance(0.2)) await grow()
    await live()
    settings.rate = 0
    cloud.mood.calm = true
    for (const queue of Object.values(cloud.queues)) queue.calm()
    await finish()
    return converge({ cloud, workers, customer, finish, check })
  }

  try {
    await run()
    return { seed, violation: undefined, tally, trace, steps }
  } catch (error) {
    if (!(error instanceof Violation)) throw error
    // what is parked must end too: sealing has files open
    workers.killAll()
    while (await scheduler.step());
    return { seed, violation: error, tally, trace, steps }
  }
}
