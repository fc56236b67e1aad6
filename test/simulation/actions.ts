import { DAY, HOUR } from '../../shared/domain/duration.ts'
import type { PartitionView } from './archive-view.ts'
import type { Customer } from './customer.ts'
import type { Draw } from './draw.ts'
import type { Producer } from './producer.ts'
import type { Workers } from './workers.ts'

/** False: there was nothing to begin. */
export type Action = () => unknown

/** What a seed's history is mostly about. */
export const THEMES = ['ageing', 'rehydrating'] as const
export type Theme = (typeof THEMES)[number]

type Deps = {
  readonly theme: Theme
  readonly draw: Draw
  readonly producer: Producer
  readonly customer: Customer
  readonly workers: Workers
  /** The archive as it was at the last look. */
  readonly views: () => readonly PartitionView[]
  readonly pass: (ms: number) => void
  /** Runs what is under way to its end. */
  readonly finish: () => Promise<void>
}

/** All that may begin, each as often as it is likely in this theme. */
export const makeActions = (deps: Deps): readonly Action[] => {
  const { theme, draw, producer, customer, workers, views, pass, finish } = deps
  const { consumers } = workers

  /** By hand, and twice at once. */
  const sealAny = async () => {
    const ref = draw.pick(views())?.ref
    if (ref === undefined) return false
    for (const _ of ['one', 'two'])
      await workers.start('seal-segments', (functions) => workers.sealPartition(functions, ref))
    return true
  }

  const read = () => {
    const work = customer.read(views())
    return work === undefined ? false : workers.start('read', work)
  }

  /** Mostly after what is under way: Lambda stops what takes longer than a quarter of an hour. */
  const passLong = async (ms: number) => {
    if (draw.chance(0.8)) await finish()
    pass(ms)
  }

  const weighted: readonly [ageing: number, rehydrating: number, action: Action][] = [
    [7, 1, producer.sendRecords],
    [3, 1, producer.putObject],
    [1, 1, producer.appendToObject],
    [8, 2, consumers.ageRecords],
    [6, 2, consumers.ageObjects],
    [4, 2, consumers.seal],
    [3, 2, consumers.expire],
    [2, 6, consumers.track],
    [2, 12, consumers.thaw],
    [2, 12, consumers.hydrate],
    [4, 3, workers.sweep],
    [2, 1, sealAny],
    [1, 3, () => workers.start('request', customer.ask(views()))],
    [2, 3, read],
    [3, 3, () => pass(draw.below(HOUR / 6))],
    [3, 6, () => passLong(draw.below(8 * HOUR))],
    [1, 1, () => passLong(draw.below(3 * DAY))],
  ]
  return weighted.flatMap(([ageing, rehydrating, action]) =>
    Array.from({ length: theme === 'ageing' ? ageing : rehydrating }, () => action),
  )
}
