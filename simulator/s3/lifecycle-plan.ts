import { isArchiveClass, STORAGE_CLASSES, type StorageClass } from '../../shared/domain/storage-class.ts'
import type { Lifecycle, LifecycleRule, ObjectVersion, Upload } from './stored.ts'

export const DAY = 86_400_000

/** Midnight UTC at or after `time`. */
export const midnightFrom = (time: number) => Math.ceil(time / DAY) * DAY

/** What lifecycle does to a version, and when the rule says so. */
export type LifecycleStep =
  | { readonly kind: 'transition'; readonly at: number; readonly storageClass: StorageClass }
  | { readonly kind: 'expire'; readonly at: number }
  | { readonly kind: 'delete'; readonly at: number }

/** Where a version stands among those of its key. */
export type Standing = {
  /** How many noncurrent versions are newer; counts only for a noncurrent one. */
  readonly newerNoncurrent: number
  /** It is the only version of its key. */
  readonly alone: boolean
}

/** Objects below it are not moved unless a rule filters by size: a bucket's default since September 2024. */
const DEFAULT_MINIMUM_SIZE = 128 * 1024

/**
 * "The waterfall": transitions go only to colder classes, from ONEZONE_IA and GLACIER_IR only to the archive
 * classes, from GLACIER only to DEEP_ARCHIVE.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
 */
export const mayTransition = (from: StorageClass, to: StorageClass): boolean =>
  STORAGE_CLASSES.indexOf(to) > STORAGE_CLASSES.indexOf(from) && (from !== 'ONEZONE_IA' || isArchiveClass(to))

const matches = ({ filter }: LifecycleRule, { key, tags, size }: ObjectVersion) =>
  key.startsWith(filter.prefix) &&
  Object.entries(filter.tags).every(([name, value]) => tags[name] === value) &&
  (filter.sizeGreaterThan === undefined || size > filter.sizeGreaterThan) &&
  (filter.sizeLessThan === undefined || size < filter.sizeLessThan)

const isBigEnough = (
  rule: LifecycleRule,
  size: number,
  to: StorageClass,
  minimum: Lifecycle['minimumSize'],
) => {
  // "custom filters always take precedence over the default transition behavior"
  if (rule.filter.sizeGreaterThan !== undefined || rule.filter.sizeLessThan !== undefined) return true
  if (minimum === 'varies_by_storage_class' && isArchiveClass(to)) return true
  return size >= DEFAULT_MINIMUM_SIZE
}

/** "Amazon S3 calculates the time by adding the number of days … and rounding up to the next day at midnight UTC". */
const dueAt = (when: { days: number } | { date: number }, from: number) =>
  'days' in when
    ? midnightFrom(from + when.days * DAY)
    : Math.max(midnightFrom(when.date), midnightFrom(from))

function* stepsFor(rule: LifecycleRule, lifecycle: Lifecycle, version: ObjectVersion, standing: Standing) {
  const { noncurrentSince, createdAt, size } = version
  const moves = (to: StorageClass) =>
    !version.deleteMarker &&
    mayTransition(version.storageClass, to) &&
    isBigEnough(rule, size, to, lifecycle.minimumSize)

  if (noncurrentSince === undefined) {
    for (const { when, storageClass } of rule.transitions) {
      if (moves(storageClass)) {
        yield { kind: 'transition', at: dueAt(when, createdAt), storageClass } satisfies LifecycleStep
      }
    }
    const { expiration } = rule
    if (expiration === undefined) return
    if ('expiredObjectDeleteMarker' in expiration) {
      if (expiration.expiredObjectDeleteMarker && version.deleteMarker && standing.alone) {
        yield { kind: 'delete', at: midnightFrom(createdAt) } satisfies LifecycleStep
      }
    } else if (!version.deleteMarker) {
      yield { kind: 'expire', at: dueAt(expiration, createdAt) } satisfies LifecycleStep
    } else if (standing.alone) {
      // "S3 Lifecycle deletes the expired object delete marker" once it is as old as the rule's Days.
      yield { kind: 'delete', at: dueAt(expiration, createdAt) } satisfies LifecycleStep
    }
    return
  }
  for (const { days, newer, storageClass } of rule.noncurrentTransitions) {
    if (standing.newerNoncurrent >= newer && moves(storageClass)) {
      yield { kind: 'transition', at: dueAt({ days }, noncurrentSince), storageClass } satisfies LifecycleStep
    }
  }
  const { noncurrentExpiration } = rule
  if (noncurrentExpiration !== undefined && standing.newerNoncurrent >= noncurrentExpiration.newer) {
    yield { kind: 'delete', at: dueAt(noncurrentExpiration, noncurrentSince) } satisfies LifecycleStep
  }
}

const coldness = (step: LifecycleStep) =>
  step.kind === 'transition' ? STORAGE_CLASSES.indexOf(step.storageClass) : STORAGE_CLASSES.length

/**
 * The next step of a version under a bucket's rules, as seen at `now`. Rules that came due before take effect in the
 * next midnight run; on one day expiry beats transition, and the colder class the warmer one ("lower cost").
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-conflicts.html
 */
export const planLifecycle = (
  lifecycle: Lifecycle,
  version: ObjectVersion,
  standing: Standing,
  now: number,
): LifecycleStep | undefined => {
  let next: LifecycleStep | undefined
  for (const rule of lifecycle.rules) {
    if (!rule.enabled || !matches(rule, version)) continue
    for (const step of stepsFor(rule, lifecycle, version, standing)) {
      const candidate = { ...step, at: Math.max(step.at, midnightFrom(now)) }
      const wins =
        next === undefined ||
        candidate.at < next.at ||
        (candidate.at === next.at && coldness(candidate) > coldness(next))
      if (wins) next = candidate
    }
  }
  return next
}

/** When an upload that is never completed is aborted. */
export const planAbort = (lifecycle: Lifecycle, upload: Upload, now: number): number | undefined => {
  const due = lifecycle.rules
    .filter(({ enabled, filter }) => enabled && upload.key.startsWith(filter.prefix))
    .flatMap(({ abortUploadsAfterDays: days }) =>
      days === undefined ? [] : [Math.max(dueAt({ days }, upload.createdAt), midnightFrom(now))],
    )
  return due.length === 0 ? undefined : Math.min(...due)
}
