import { DAY, HOUR } from '../../shared/domain/duration.ts'
import { makeActions } from './actions.ts'
import { makeCloud } from './cloud.ts'
import { converge, workOff } from './converge.ts'
import { makeCustomer } from './customer.ts'
import { makeDamage } from './damage.ts'
import { makeDraw } from './draw.ts'
import { makeChaos } from './faults.ts'
import { type Mutant, mutated } from './functions.ts'
import type { History, Start } from './history.ts'
import { makeInvariants } from './invariants.ts'
import { makeLoss } from './loss.ts'
import { portsOn } from './ports.ts'
import { makeProducer } from './producer.ts'
import { makeScheduler, type Task } from './scheduler.ts'
import { spanOf } from './settings.ts'
import { describeState } from './state.ts'
import { makeTally, type Tally } from './tally.ts'
import { makeTrace } from './trace.ts'
import { Violation } from './violation.ts'
import { makeWorkers } from './workers.ts'
import { type Look, makeWrap } from './wrap-port.ts'

export type Run = {
  readonly violation: Violation | undefined
  readonly tally: Tally
  /** All that happened, in order; empty unless a trace was asked for. */
  readonly trace: readonly string[]
  /** What was stored when the run ended, in lines; empty unless a trace was asked for. */
  readonly state: readonly string[]
  /** The actions that really began, and what went wrong, by name. */
  readonly began: readonly number[]
  readonly troubles: readonly string[]
  /** Calls of ports, and ends of tasks. */
  readonly steps: number
}

const MOST_AT_ONCE = 6
/** An audit leaves alone what was put within the hour. */
const UNTIL_OLD = 2 * HOUR
/** How long after its first records a history begins, and how long after they were swept and sealed. */
const AGES: Readonly<
  Record<Exclude<Start, 'empty'>, { batches: number; landed: number; swept: number | null }>
> = {
  landed: { batches: 2, landed: 14 * HOUR, swept: null },
  sealed: { batches: 1, landed: 14 * HOUR, swept: 25 * HOUR },
  // the partition is sealed straight into the class that its age calls for
  cold: { batches: 1, landed: 4 * DAY, swept: 0 },
  old: { batches: 1, landed: 14 * HOUR, swept: 6.5 * DAY },
  // somebody has asked for all of it, and the tasks are on their way
  asked: { batches: 1, landed: 14 * HOUR, swept: null },
  thawing: { batches: 1, landed: 4 * DAY, swept: 0 },
  // a record is in quarantine, and the message of an object among the dead letters
  'given up': { batches: 1, landed: HOUR, swept: null },
}

/** Runs one history from its beginning until nothing is left to do. */
export const runHistory = async (
  history: History,
  options: { readonly mutant?: Mutant; readonly traced?: boolean } = {},
): Promise<Run> => {
  const { seed, years, trouble } = history
  const draw = makeDraw(seed).fork('run')
  const tally = makeTally()
  const chaos = makeChaos(history, draw, tally)
  const cloud = makeCloud(history, draw, chaos)
  const { now } = cloud
  let steps = 0
  let looking: Promise<void> | undefined
  const scheduler = makeScheduler(trouble.bursts)
  const trace = makeTrace(options.traced === true, now)
  const untilNobodyLooks = async () => {
    while (looking !== undefined) await looking
  }
  const look: Look = {
    before: () => {
      steps += 1
      return looking && untilNobodyLooks()
    },
    after: () => {
      if (!hasChanged()) return undefined
      looking = check()
        .catch((error) => workers.fail(error))
        .finally(() => {
          looking = undefined
        })
      return looking
    },
  }
  const wrap = makeWrap({ scheduler, chaos, tally, trace, now, look })
  const ports = portsOn(cloud, scheduler, wrap)
  const functions = mutated(ports, options.mutant ?? {})
  const producer = makeProducer(cloud, history, tally)
  const workers = makeWorkers({ history, cloud, draw, tally, scheduler, chaos, trace, functions })
  const atRest = makeDamage(cloud, tally)
  const invariants = makeInvariants(cloud, producer, atRest.isDamaged)
  const { views, check, hasChanged } = invariants
  const hasDamage = () => atRest.isAny()
  const customer = makeCustomer({ cloud, history, producer, views, hasDamage })
  const began: number[] = []

  const step = async (of?: Task) => {
    const went = await scheduler.step(of)
    steps += 1
    workers.throwFailures()
    if (hasChanged()) await check()
    return went
  }
  const finish = async () => {
    while (await step());
  }
  const pass = (ms: number) => {
    trace.line(`${(ms / HOUR).toFixed(1)} h pass`)
    cloud.pass(ms)
  }
  const loss = makeLoss({ cloud, functions, invariants, customer })
  const begin = makeActions({
    history,
    draw,
    cloud,
    producer,
    customer,
    workers,
    functions,
    views,
    loss,
    atRest,
    finish,
    step,
    pass,
  })

  const live = async () => {
    for (const action of history.actions) {
      let left = action.after ?? Number.POSITIVE_INFINITY
      while (scheduler.running() > 0 && (left > 0 || scheduler.running() >= MOST_AT_ONCE)) {
        await step()
        left -= 1
      }
      if (!(await begin(action))) continue
      trace.line(`— ${action.name} (${action.id})`)
      began.push(action.id)
      workers.throwFailures()
    }
  }

  const sweepOnce = async (cause: string) => {
    await workers.sweep(cause)
    await finish()
    await workOff(cloud, workers, cause, finish)
  }

  /** Brings about what there is at the beginning. */
  const prepare = async () => {
    if (history.start === 'empty') return
    const { batches, landed, swept } = AGES[history.start]
    const scale = spanOf(years) / spanOf(0)
    const source = draw.fork('start')
    chaos.calm(history.startsInPeace)
    for (let at = 0; at < batches; at += 1) {
      producer.sendRecords(`start${at}`, source)
      await workOff(cloud, workers, `start${at}`, finish)
    }
    if (history.start === 'given up') {
      producer.sendMalformed('malformed', source)
      producer.putObject('given', source)
      // as often as it may be, by workers that are never heard of again
      for (let left = trouble.mostReceives ?? 0; left >= 0; left -= 1) {
        cloud.queues.objects.receive(1, source)
        pass(2 * HOUR)
      }
      await workOff(cloud, workers, 'given', finish)
    }
    pass(landed * scale)
    if (swept !== null) {
      await sweepOnce('before')
      pass(swept * scale)
    }
    if (history.start === 'asked' || history.start === 'thawing') {
      await workers.start('request', 'before', customer.ask('key-before', source, functions.request))
      await finish()
      while (await workers.consumers.thaw('before', source)) await finish()
      for (const name of ['late', 'later']) producer.sendRecords(name, source)
    }
    chaos.calm(false)
  }

  const run = async () => {
    await prepare()
    await live()
    chaos.calm(true)
    for (const queue of Object.values(cloud.queues)) queue.show()
    await finish()
    if (hasDamage() && !loss.isLost()) {
      pass(UNTIL_OLD)
      await workers.start('audit-archive', 'damaged', functions.audit)
      await finish()
      atRest.checkReport(views)
    }
    if (hasDamage()) customer.mayLack()
    atRest.repair()
    if (loss.isLost()) {
      await workers.start('rebuild-catalog', 'end', loss.rebuild)
      await finish()
    }
    const { audited } = history
    await converge({ cloud, workers, customer, functions, views, audited, finish })
  }

  const outcome = async () => {
    try {
      await run()
      return undefined
    } catch (error) {
      if (error instanceof Violation) return error
      throw error
    }
  }
  const violation = await outcome()
  const state = options.traced ? await describeState(cloud) : []
  const lines = [...trace.lines()]
  // what is parked ends too
  workers.killAll()
  while (await scheduler.step());
  return { violation, tally, trace: lines, state, began, troubles: chaos.happened(), steps }
}
