import { accountId, region } from '../account.ts'
import type { Bucket, ObjectVersion } from './stored.ts'

/** One thing that happened to a version. `name` is as in a notification's settings, such as `s3:ObjectCreated:Put`. */
export type EventFacts = {
  readonly name: string
  readonly at: number
  readonly version: ObjectVersion
}

/** "The object key name value is URL encoded", as in a form: a space is `+`. */
const encodeKey = (key: string) => new URLSearchParams([['', key]]).toString().slice(1)

/**
 * Rises with each event of a key; hexadecimal. "The shorter one is padded on the right with zeros" to compare:
 * equal lengths here, so they compare as they are.
 */
const sequencerOf = ({ order }: ObjectVersion, at: number) =>
  (at.toString(16).padStart(12, '0') + order.toString(16).padStart(6, '0')).toUpperCase()

const hasObject = (name: string) => !name.startsWith('s3:ObjectRemoved') && !name.includes('Expiration')

/** 2.1 in general; 2.3 came with lifecycle, tagging and restore-expiry events. */
const schemaOf = (name: string) => (/Lifecycle|Tagging|ObjectRestore:Delete/.test(name) ? '2.3' : '2.1')

const extrasOf = ({ name, version }: EventFacts) => {
  // "glacierEventData is only visible for s3:ObjectRestore:Completed events"
  if (name === 's3:ObjectRestore:Completed') {
    const expiresAt = version.restore?.expiresAt
    return {
      glacierEventData: {
        restoreEventData: {
          lifecycleRestorationExpiryTime: new Date(expiresAt ?? 0).toISOString(),
          lifecycleRestoreStorageClass: version.storageClass,
        },
      },
    }
  }
  if (name === 's3:LifecycleTransition') {
    return {
      lifecycleEventData: { transitionEventData: { destinationStorageClass: version.storageClass } },
    }
  }
  return {}
}

/** The message that S3 sends. https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
export const eventBody = (bucket: Bucket, configurationId: string, facts: EventFacts): string => {
  const { name, at, version } = facts
  const requester = name.startsWith('s3:Lifecycle') ? 's3.amazonaws.com' : accountId
  const requestId = sequencerOf(version, at).slice(-16)
  const record = {
    eventVersion: schemaOf(name),
    eventSource: 'aws:s3',
    awsRegion: region,
    eventTime: new Date(at).toISOString(),
    eventName: name.slice('s3:'.length),
    userIdentity: { principalId: requester },
    requestParameters: {
      sourceIPAddress: name.startsWith('s3:Lifecycle') ? 's3.amazonaws.com' : '127.0.0.1',
    },
    responseElements: { 'x-amz-request-id': requestId, 'x-amz-id-2': requestId },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId,
      bucket: {
        name: bucket.name,
        ownerIdentity: { principalId: accountId },
        arn: `arn:aws:s3:::${bucket.name}`,
      },
      object: {
        key: encodeKey(version.key),
        ...(hasObject(name) ? { size: version.size, eTag: version.etag } : {}),
        // "versionId: … only if versioning is enabled"
        ...(bucket.versioning === undefined ? {} : { versionId: version.versionId }),
        sequencer: sequencerOf(version, at),
      },
    },
    ...extrasOf(facts),
  }
  return JSON.stringify({ Records: [record] })
}

/** What a queue gets when a bucket is told to notify it. */
export const testEventBody = (bucket: string, at: number): string =>
  JSON.stringify({
    Service: 'Amazon S3',
    Event: 's3:TestEvent',
    Time: new Date(at).toISOString(),
    Bucket: bucket,
    RequestId: at.toString(16).toUpperCase().padStart(16, '0'),
    HostId: 'simulator',
  })
