import { checkStorageClass } from './describe-object.ts'
import { DAY, mayTransition } from './lifecycle-plan.ts'
import { invalidArgument, invalidRequest, malformedXml } from './s3-error.ts'
import type { Lifecycle, LifecycleRule } from './stored.ts'

/** "A lifecycle configuration can have up to 1,000 rules" */
const MAX_RULES = 1000
const MIN_DAYS_BEFORE_IA = 30

const checkDays = (days: number, least: number, element: string) => {
  if (!Number.isInteger(days) || days < least) {
    throw invalidArgument(`'${element}' must be ${least === 0 ? 'nonnegative' : 'a positive integer'}`)
  }
}

const checkTransition = (storageClass: string, days: number | undefined) => {
  if (checkStorageClass(storageClass) === 'STANDARD') throw malformedXml()
  if (days === undefined) return
  checkDays(days, 0, 'Days')
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
  if (storageClass.endsWith('_IA') && days < MIN_DAYS_BEFORE_IA) {
    throw invalidArgument(
      `'Days' in Transition action must be greater than or equal to ${MIN_DAYS_BEFORE_IA} for storageClass '${storageClass}'`,
    )
  }
}

const checkOrder = ({ transitions }: LifecycleRule) => {
  for (const { when, storageClass } of transitions) {
    for (const other of transitions) {
      if (!('days' in when) || !('days' in other.when) || other === undefined) continue
      if (mayTransition(storageClass, other.storageClass) && other.when.days <= when.days) {
        throw invalidArgument(
          `'Days' in the Transition action for StorageClass '${other.storageClass}' must be greater than 'Days' for '${storageClass}'`,
        )
      }
    }
  }
}

const checkRule = (rule: LifecycleRule) => {
  const { expiration, noncurrentExpiration, noncurrentTransitions, transitions, filter } = rule
  const actions = [expiration, noncurrentExpiration, rule.abortUploadsAfterDays].filter(
    (one) => one !== undefined,
  )
  if (actions.length + transitions.length + noncurrentTransitions.length === 0) {
    throw invalidRequest('At least one action needs to be specified in a rule.')
  }
  for (const { when, storageClass } of transitions) {
    checkTransition(storageClass, 'days' in when ? when.days : undefined)
    if ('date' in when && when.date % DAY !== 0) throw invalidArgument("'Date' must be at midnight GMT")
  }
  checkOrder(rule)
  for (const { days, storageClass } of noncurrentTransitions) checkTransition(storageClass, days)
  if (expiration !== undefined && 'days' in expiration) checkDays(expiration.days, 1, 'Days')
  if (expiration !== undefined && 'date' in expiration && expiration.date % DAY !== 0) {
    throw invalidArgument("'Date' must be at midnight GMT")
  }
  if (noncurrentExpiration !== undefined) checkDays(noncurrentExpiration.days, 1, 'NoncurrentDays')
  const filtersMore =
    Object.keys(filter.tags).length > 0 ||
    filter.sizeGreaterThan !== undefined ||
    filter.sizeLessThan !== undefined
  if (rule.abortUploadsAfterDays !== undefined) {
    checkDays(rule.abortUploadsAfterDays, 1, 'DaysAfterInitiation')
    // An upload under way has neither tags nor a size to filter by.
    if (filtersMore)
      throw invalidRequest('AbortIncompleteMultipartUpload cannot be specified with Tags or sizes.')
  }
}

/** Refuses what S3 refuses: an unknown class, days that cannot be, two rules of one id. */
export const checkLifecycle = ({ rules }: Lifecycle) => {
  if (rules.length === 0 || rules.length > MAX_RULES) throw malformedXml()
  if (new Set(rules.map(({ id }) => id)).size < rules.length) {
    throw invalidArgument('Rule ID must be unique. Found same ID for more than one rule')
  }
  for (const rule of rules) checkRule(rule)
}
