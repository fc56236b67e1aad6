import { HOUR, MINUTE } from '../../shared/domain/duration.ts'
import { makeMemoryS3Store } from '../../simulator/s3/memory-store.ts'
import { makeS3Model } from '../../simulator/s3/s3-model.ts'
import { lifecycleTo } from '../support/lifecycle.ts'
import type { Draw } from './draw.ts'
import type { Chaos } from './faults.ts'
import type { History } from './history.ts'
import type { Queues } from './queues.ts'

const [ARCHIVE, HOT, REHYDRATED] = ['archive', 'hot', 'rehydrated']
const QUEUE = 'arn:aws:sqs:us-east-1:000000000000:'

type Options = {
  readonly history: History
  readonly draw: Draw
  readonly chaos: Chaos
  readonly now: () => number
  readonly queues: Queues
}

/** The three buckets, whose events go to their queues: late, twice, or never. */
export const makeBuckets = ({ history: { trouble }, draw, chaos, now, queues }: Options) => {
  const events = new Map<string, number>()
  const tried = new Map<string, number>()

  const eventDelays = (name: string, key: string): readonly number[] => {
    const count = (events.get(`${name} ${key}`) ?? 0) + 1
    events.set(`${name} ${key}`, count)
    const event = `${name} ${key} ${count}`
    const where = name.startsWith('s3:ObjectCreated') ? 'hot events' : 'archive events'
    if (chaos.happens(`${event} lost`, where, 'lost', trouble.lostEvent)) return []
    const late = (what: string) => Math.floor(draw.at(`${event} ${what} by`) * 8 * HOUR)
    const first = chaos.happens(`${event} late`, where, 'late', trouble.lateEvent) ? late('late') : 0
    const twice = chaos.happens(`${event} doubled`, where, 'doubled', trouble.doubled)
    return twice ? [first, late('doubled')] : [first]
  }

  const chance = draw.fork('s3')
  const s3 = makeS3Model({
    now,
    store: makeMemoryS3Store(),
    meter: { add: () => undefined },
    random: chance.next,
    notify: (arn, body) => {
      const { Records = [] } = JSON.parse(body)
      for (const { s3: about } of Records) {
        const key = decodeURIComponent(String(about.object.key))
        if (arn.endsWith('objects')) queues.objects.send({ key })
        else queues.storage.send(key)
      }
      return true
    },
    knobs: {
      eventDelays,
      expeditedAvailable: () => chance.chance(0.5),
      lifecycleLag: () => chance.below(20 * HOUR),
      jobPreparation: () => draw.fork('jobs').pick([MINUTE, 10 * MINUTE, 6 * HOUR]) ?? 0,
      jobTaskFails: (key) => {
        const count = (tried.get(key) ?? 0) + 1
        tried.set(key, count)
        return chaos.happens(`${key} ${count} by a job`, 'jobs', 'task failed', trouble.lostEvent)
      },
    },
  })
  for (const bucket of [ARCHIVE, HOT, REHYDRATED]) s3.createBucket({ bucket })
  for (const bucket of [ARCHIVE, HOT]) s3.putVersioning({ bucket, versioning: 'Enabled' })
  const rules = [lifecycleTo('GLACIER_IR'), lifecycleTo('GLACIER'), lifecycleTo('DEEP_ARCHIVE')]
  s3.putLifecycle({ bucket: ARCHIVE, lifecycle: { rules, minimumSize: 'varies_by_storage_class' } })
  const tell = (bucket: string, name: string, kinds: string[]) =>
    s3.putNotifications({
      bucket,
      notifications: [{ id: name, queueArn: `${QUEUE}${name}`, events: kinds, prefix: '', suffix: '' }],
    })
  tell(ARCHIVE, 'storage', ['s3:ObjectRestore:*', 's3:LifecycleTransition'])
  tell(HOT, 'objects', ['s3:ObjectCreated:*'])
  const markers = new Map<string, string | undefined>()
  /** What happens to objects of the archive bucket that icecore has no part in. */
  const atRest = {
    etag: (key: string): string | undefined =>
      s3.listObjects({ bucket: ARCHIVE, prefix: key }).objects.find((object) => object.key === key)?.etag,
    /** Other bytes in the same version, which S3 takes for what was put. */
    corrupt: (key: string, damage: (bytes: Buffer) => Uint8Array) =>
      s3.corruptObject({ bucket: ARCHIVE, key, damage }),
    hide: (key: string) => {
      markers.set(key, s3.deleteObject({ bucket: ARCHIVE, key }).versionId)
    },
    put: (key: string, body: Uint8Array) => {
      s3.putObject({ bucket: ARCHIVE, key, body })
    },
    facts: (key: string) => {
      const found = s3.listObjects({ bucket: ARCHIVE, prefix: key }).objects.find((one) => one.key === key)
      return found && { storageClass: found.storageClass, isRestored: found.restore?.expiresAt !== undefined }
    },
    unhide: (key: string) => {
      s3.deleteObject({ bucket: ARCHIVE, key, versionId: markers.get(key) })
    },
  }
  return { s3, ARCHIVE, HOT, REHYDRATED, atRest }
}
