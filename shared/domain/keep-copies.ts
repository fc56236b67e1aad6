import { thawRequestDollars } from './bill-thaws.ts'
import { DAY } from './duration.ts'
import type { Holding } from './holding.ts'
import { storedClass } from './plan-thaw.ts'
import type { Rehydration } from './rehydration.ts'
import type { RehydrationTask } from './rehydration-task.ts'
import type { Segment } from './segment.ts'
import { isArchiveClass } from './storage-class.ts'

type Asked = Pick<Rehydration, 'request' | 'terms'>

/** For how many days one who thaws for this rehydration now has to ask: as was wanted at first, or as it was extended to. */
export const keepDaysAt = ({ request, terms }: Asked, now: number): number | null => {
  const left = terms.extension === null ? 0 : Math.ceil((terms.extension.until - now) / DAY)
  return left <= 0 ? request.keepDays : Math.max(request.keepDays ?? 0, left)
}

/** What all extensions of a rehydration add at most, the last one and those before it, US dollars. */
export const extensionDollars = ({ terms: { extension } }: Pick<Asked, 'terms'>): number =>
  extension === null ? 0 : extension.dollars + (extension.before ?? 0)

/** What is kept of a partition that is delivered has not been seen to yet, since the last extension. */
export const isToKeep = ({ terms }: Asked, { state }: RehydrationTask): boolean =>
  terms.extension !== null && state.name === 'done' && (state.kept?.for ?? 0) < terms.extension.until

const earliest = (times: readonly (number | null | undefined)[]): number | null =>
  times.reduce<number | null>(
    (soonest, time) => (time == null ? soonest : Math.min(soonest ?? time, time)),
    null,
  )

/** The earliest time at which S3 takes one of these segments' restored copies away; null where none is known. */
export const earliestLapse = (
  segments: readonly Segment[],
  holdings: ReadonlyMap<string, Holding>,
): number | null =>
  earliest(
    segments.flatMap(({ id }) => {
      const holding = holdings.get(id)
      return holding !== undefined && isArchiveClass(holding.storageClass)
        ? [holding.thaw?.readableUntil]
        : []
    }),
  )

/** The same over partitions that are delivered, as S3 said when each was looked at last. */
export const keptUntilOf = (tasks: readonly RehydrationTask[]): number | null =>
  earliest(
    tasks.map(({ state }) =>
      state.name === 'done' ? (state.kept === undefined ? state.result.keptUntil : state.kept.until) : null,
    ),
  )

/** So long before copies lapse their asker hears of it, in ms. */
export const NOTICE_BEFORE = DAY

/** S3 counts whole days from when it is asked, and rounds up to midnight. */
const ROUNDED_UP = 2 * DAY

/** What it costs at most to keep restored copies of these segments until then: a request each, and the storage that is added. */
export const priceKeeping = (
  segments: readonly Segment[],
  holdings: ReadonlyMap<string, Holding>,
  { until, now }: { readonly until: number; readonly now: number },
): number =>
  segments.reduce((dollars, segment) => {
    const storageClass = storedClass(segment, holdings)
    if (!isArchiveClass(storageClass)) return dollars
    const from = Math.max(now, holdings.get(segment.id)?.thaw?.readableUntil ?? now)
    const added = Math.max(0, until + ROUNDED_UP - from)
    const kept = { bytes: 0, copies: segment.bytes * added }
    return dollars + thawRequestDollars(storageClass, 'Standard', kept)
  }, 0)
