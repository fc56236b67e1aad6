import { DAY, HOUR } from '../../shared/domain/duration.ts'
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

const ACTIONS = 45
/** The day's partition is sealed then, straight into the class that orders belong in. */
const GROWN = 4 * DAY
const MOST_AT_ONCE = 6
const RATES = [0.01, 0.04, 0.1]
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

  /** By hand, and twice at once. */
  const sealAny = async () => {
    const ref = draw.pick(views)?.ref
    if (ref === undefined) return
    for (const _ of [1, 2])
      await workers.start('seal-segments', (functions) => workers.sealPartition(functions, ref))
  }
  /** Mostly after what is under way: Lambda stops what takes longer than a quarter of an hour. */
  const passLong = async (ms: number) => {
    if (draw.chance(0.8)) await finish()
    pass(ms)
  }

  const { consumers } = workers
  const actions: readonly [weight: number, begin: () => unknown][] = [
    [7, producer.sendRecords],
    [3, producer.putObject],
    [8, consumers.ageRecords],
    [5, consumers.ageObjects],
    [4, consumers.seal],
    [3, consumers.expire],
    [3, consumers.track],
    [4, consumers.thaw],
    [4, consumers.hydrate],
    [4, workers.sweep],
    [2, () => sealAny()],
    [2, () => workers.start('request', customer.ask(views))],
    [
      2,
      () => {
        const read = customer.read(views)
        return read && workers.start('read', read)
      },
    ],
    [3, () => pass(draw.below(10 * 60_000))],
    [4, () => passLong(draw.below(8 * HOUR))],
    [1, () => passLong(draw.below(3 * DAY))],
  ]
  const all = actions.flatMap(([weight, begin]) => Array.from({ length: weight }, () => begin))

  const live = async () => {
    for (let begun = 0; begun < ACTIONS; ) {
      const running = scheduler.running()
      if (running >= MOST_AT_ONCE || (running > 0 && draw.chance(0.85))) {
        await step()
        continue
      }
      // a queue without messages is no action
      if ((await draw.pick(all)?.()) !== false) begun += 1
      workers.throwFailures()
    }
  }

  /** Half of the worlds begin with records that are cold already. */
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
    if (draw.chance(0.5)) await grow()
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
