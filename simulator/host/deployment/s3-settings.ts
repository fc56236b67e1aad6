import {
  type Event,
  type NotificationConfiguration,
  type LifecycleRule as S3LifecycleRule,
  TransitionStorageClass,
} from '@aws-sdk/client-s3'
import type { BucketNotification, LifecycleRule } from './definitions.ts'

/** A rule of CloudFormation's as S3's own API has it. */
export const lifecycleRule = (rule: LifecycleRule): S3LifecycleRule => {
  const conditions = {
    ...(rule.Prefix !== undefined && { Prefix: rule.Prefix }),
    ...(rule.ObjectSizeGreaterThan !== undefined && { ObjectSizeGreaterThan: rule.ObjectSizeGreaterThan }),
    ...(rule.ObjectSizeLessThan !== undefined && { ObjectSizeLessThan: rule.ObjectSizeLessThan }),
  }
  const tags = (rule.TagFilters ?? []).map(({ Key, Value }) => ({ Key, Value }))
  const days = rule.NoncurrentVersionExpiration
  const abort = rule.AbortIncompleteMultipartUpload
  const expiration = {
    ...(rule.ExpirationInDays !== undefined && { Days: rule.ExpirationInDays }),
    ...(rule.ExpiredObjectDeleteMarker !== undefined && {
      ExpiredObjectDeleteMarker: rule.ExpiredObjectDeleteMarker,
    }),
  }
  const isEmpty = Object.keys(conditions).length === 0 && tags.length === 0
  return {
    ID: rule.Id,
    Status: rule.Status,
    Filter: isEmpty ? { Prefix: '' } : { And: { ...conditions, ...(tags.length > 0 && { Tags: tags }) } },
    ...(rule.Transitions !== undefined && {
      Transitions: rule.Transitions.map(({ StorageClass, TransitionInDays }) => ({
        StorageClass: transitionClass(StorageClass),
        Days: TransitionInDays,
      })),
    }),
    ...(Object.keys(expiration).length > 0 && { Expiration: expiration }),
    ...(days !== undefined && { NoncurrentVersionExpiration: { NoncurrentDays: days.NoncurrentDays } }),
    ...(abort !== undefined && {
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: abort.DaysAfterInitiation },
    }),
  }
}

const transitionClass = (name: string): TransitionStorageClass => {
  const known = Object.values(TransitionStorageClass).find((each) => each === name)
  if (known === undefined) throw new Error(`lifecycle: there is no transition to ${name}`)
  return known
}

/** One configuration a queue, since S3 wants events of one queue that overlap in none. */
export const notificationConfiguration = (
  notifications: readonly BucketNotification[],
): NotificationConfiguration => ({
  QueueConfigurations: notifications.map(({ event, queueArn }) => ({
    QueueArn: queueArn,
    // the SDK's list of event types lags behind S3's; S3 refuses what it does not know
    Events: [event as Event],
  })),
})
