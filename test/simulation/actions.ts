import { DAY, HOUR } from '../../shared/domain/duration.ts'
import type { Cloud } from './cloud.ts'
import type { Customer } from './customer.ts'
import type { AtRest } from './damage.ts'
import type { Draw } from './draw.ts'
import type { Functions } from './functions.ts'
import type { Action, ActionName, History } from './history.ts'
import type { Views } from './invariants.ts'
import { waitingLetters } from './letters.ts'
import type { Loss } from './loss.ts'
import type { Producer } from './producer.ts'
import type { Task } from './scheduler.ts'
import { spanOf } from './settings.ts'
import type { ConsumerName, Workers } from './workers.ts'

type Deps = {
  readonly history: History
  readonly draw: Draw
  readonly cloud: Cloud
  readonly producer: Producer
  readonly customer: Customer
  readonly workers: Workers
  readonly functions: Functions
  /** The archive as it was at the last look. */
  readonly views: Views
  readonly loss: Loss
  readonly atRest: AtRest
  /** Runs what is under way to its end. */
  readonly finish: () => Promise<void>
  /** One step, of that task where one is named; false when it has none to make. */
  readonly step: (of?: Task) => Promise<boolean>
  readonly pass: (ms: number) => void
}

/** What comes late in a record's life, and rarely, is likelier to be worked on where there is some of it. */
const CONSUMERS: readonly ConsumerName[] = [
  'records',
  'records',
  'objects',
  'thaw',
  'dead',
  ...(['seal', 'seal', 'storage', 'storage', 'expire', 'expire', 'hydrate', 'hydrate', 'hydrate'] as const),
]

/** Most tasks make no more calls. */
const LONG = 20
/** By then a seal has mostly committed. */
const SEAL = 8

/** Begins an action; false when there is nothing to begin. */
export type Begin = (action: Action) => Promise<boolean>

export const makeActions = (deps: Deps): Begin => {
  const { history, cloud, producer, customer, workers, functions, views, loss, atRest, finish, step, pass } =
    deps
  const days = history.actions.filter(({ name }) => name === 'days pass').length

  const deliver = async (cause: string, draw: Draw): Promise<boolean> => {
    const name = draw.pick(CONSUMERS.filter((queue) => cloud.queues[queue].isVisible()))
    return name !== undefined && workers.consumers[name](cause, draw)
  }

  /** So many steps of one task, the one that was started last unless said, while nobody else moves. */
  const alone = async (steps: number, task = workers.latest()) => {
    for (let left = steps; left > 0 && (await step(task)); left -= 1);
  }

  /** Two workers on one queue: the first stops somewhere on its way, records land, and then the second comes. */
  const deliverTwice = async (cause: string, draw: Draw): Promise<boolean> => {
    const visible = CONSUMERS.filter((queue) => cloud.queues[queue].isVisible())
    const name = visible.includes('hydrate') ? 'hydrate' : draw.pick(visible)
    if (name === undefined || !(await workers.consumers[name](`${cause} one`, draw))) return false
    await alone(draw.below(LONG))
    if (await workers.consumers.records(`${cause} between`, draw)) await alone(Number.POSITIVE_INFINITY)
    if (await workers.consumers[name](`${cause} two`, draw))
      await alone(draw.chance(0.8) ? Number.POSITIVE_INFINITY : draw.below(LONG))
    return true
  }

  /** By hand, and twice: at once, or the second when the first is somewhere on its way. */
  const seal = async (cause: string, draw: Draw) => {
    const ref = draw.pick([...views.values()])?.ref
    if (ref === undefined) return false
    await workers.start('seal-segments', `${cause} one`, () => workers.seal(ref))
    const first = workers.latest()
    if (draw.chance(0.7)) await alone(draw.below(SEAL))
    await workers.start('seal-segments', `${cause} two`, () => workers.seal(ref))
    if (draw.chance(0.7)) await alone(draw.chance(0.5) ? Number.POSITIVE_INFINITY : draw.below(LONG))
    if (draw.chance(0.7)) await alone(Number.POSITIVE_INFINITY, first)
    return true
  }

  /** Mostly while a worker is on its way with the object. */
  const append = async (cause: string, draw: Draw) => {
    if (draw.chance(0.7) && (await workers.consumers.objects(`${cause} meanwhile`, draw)))
      await alone(draw.below(LONG))
    return producer.appendToObject(draw)
  }

  const read = async (cause: string, draw: Draw) => {
    const work = loss.isLost() ? undefined : customer.read(draw, functions.find)
    if (work === undefined) return false
    await workers.start('read', cause, work)
    return true
  }

  const ask = async (cause: string, draw: Draw) => {
    if (loss.isLost()) return false
    await workers.start('request', cause, customer.ask(`key-${cause}`, draw, functions.request))
    return true
  }

  /** Mostly while a worker is on its way with it. */
  const steer = async (cause: string, draw: Draw, work: (() => Promise<void>) | undefined) => {
    if (loss.isLost() || work === undefined) return false
    const busy = (['hydrate', 'thaw'] as const).find((name) => cloud.queues[name].isVisible())
    if (busy !== undefined && draw.chance(0.8) && (await workers.consumers[busy](`${cause} meanwhile`, draw)))
      await alone(draw.below(LONG))
    await workers.start('request', cause, work)
    if (draw.chance(0.7)) await alone(Number.POSITIVE_INFINITY)
    return true
  }

  const retryUnit = async (cause: string, draw: Draw) => {
    const { index } = cloud.quarantine()
    const unit = draw.pick(await index.newest(draw.pick(history.datasets) ?? '', 'waiting', 100))
    if (unit === undefined) return false
    await workers.start('retry', cause, () => functions.retryUnit(unit))
    return true
  }

  const retryLetter = async (cause: string, draw: Draw) => {
    const letter = draw.pick(await waitingLetters(cloud))
    if (letter === undefined) return false
    await workers.start('retry', cause, () => functions.retryDead(letter))
    return true
  }

  const loseCatalog = async () => {
    if (loss.isLost()) return false
    await finish()
    await loss.lose()
    return true
  }

  const rebuild = async (cause: string) => {
    if (!loss.isLost()) return false
    await workers.start('rebuild-catalog', cause, loss.rebuild)
    return true
  }

  /** In a history of years, what takes days takes its share of them. */
  const longest = history.years === 0 ? 3 * DAY : (2 * spanOf(history.years)) / Math.max(days, 1)

  const begin: Record<ActionName, (cause: string, draw: Draw) => unknown> = {
    'send records': (cause, draw) => producer.sendRecords(cause, draw),
    'put an object': (cause, draw) => producer.putObject(cause, draw),
    'append to an object': append,
    'deliver a message': deliver,
    'deliver to two workers': deliverTwice,
    sweep: (cause) => workers.sweep(cause),
    seal,
    'ask for a rehydration': ask,
    'extend a rehydration': (cause, draw) => steer(cause, draw, customer.extend(draw, functions.extend)),
    'cancel a rehydration': (cause, draw) => steer(cause, draw, customer.cancel(draw, functions.cancel)),
    'read a record': read,
    'retry what is in quarantine': retryUnit,
    'retry a dead letter': retryLetter,
    audit: (cause) => workers.start('audit-archive', cause, functions.audit),
    'plant an object': (_, draw) => atRest.plant(views, cloud.now(), draw),
    'damage an object': (_, draw) => {
      customer.mayLack()
      return atRest.damage(views, draw)
    },
    'repair what is damaged': () => {
      if (!atRest.isAny()) return false
      customer.mayLack()
      return atRest.repair()
    },
    'copy the catalog': () => (loss.isLost() ? false : cloud.backUp()),
    'lose the catalog': loseCatalog,
    'rebuild the catalog': rebuild,
    'minutes pass': (_, draw) => pass(draw.below(HOUR / 6)),
    'hours pass': (_, draw) => pass(draw.below(14 * HOUR)),
    'days pass': (_, draw) => pass(draw.below(longest)),
  }

  return async ({ id, name }) => {
    const cause = `a${id}`
    if (name !== 'rebuild the catalog') loss.disturb()
    return (await begin[name](cause, deps.draw.fork(cause))) !== false
  }
}
