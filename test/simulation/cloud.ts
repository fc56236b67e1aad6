import { hash } from 'node:crypto'
import { makeMemoryArchive } from '../../shared/adapters/memory/memory-archive.ts'
import { makeMemoryCatalog } from '../../shared/adapters/memory/memory-catalog.ts'
import { makeMemoryDelivery } from '../../shared/adapters/memory/memory-delivery.ts'
import { makeMemoryHotObjects, makeMemoryHotStore } from '../../shared/adapters/memory/memory-hot-store.ts'
import { makeMemoryQuarantine } from '../../shared/adapters/memory/memory-quarantine.ts'
import { makeMemoryRehydrations } from '../../shared/adapters/memory/memory-rehydrations.ts'
import { makeMemoryThawer } from '../../shared/adapters/memory/memory-thawer.ts'
import { HOUR } from '../../shared/domain/duration.ts'
import type { PartitionRef } from '../../shared/domain/segment.ts'
import type { ExpireTask, HydrateTask, ThawTask } from '../../shared/ports/queues.ts'
import type { SegmentRemover } from '../../shared/ports/segment-store.ts'
import type { RecordMessage } from '../../shared/use-cases/age-records.ts'
import { makeMemoryS3Store } from '../../simulator/s3/memory-store.ts'
import { makeS3Model } from '../../simulator/s3/s3-model.ts'
import { lifecycleTo } from '../support/lifecycle.ts'
import type { Draw } from './draw.ts'
import { makeQueue } from './queue.ts'
import { START } from './settings.ts'
import type { Tally } from './tally.ts'

const [ARCHIVE, HOT, REHYDRATED] = ['archive', 'hot', 'rehydrated']
const QUEUE = 'arn:aws:sqs:us-east-1:000000000000:'
const MINUTE = 60_000

/** S3, the catalog and the queues in memory, on a clock that only the run moves. */
export const makeCloud = (draw: Draw, tally: Tally) => {
  const clock = { now: START }
  const now = () => clock.now
  /** S3 is calm while the faults are off: events arrive once and at once. */
  const mood = { calm: false }

  const queue = <Body>(name: string, visibility: number) =>
    makeQueue<Body>({ name, now, draw, tally, visibility })
  const queues = {
    records: queue<Omit<RecordMessage, 'messageId' | 'sentAt'>>('records', 6 * MINUTE),
    objects: queue<{ readonly key: string }>('objects', 90 * MINUTE),
    storage: queue<string>('storage', 6 * MINUTE),
    seal: queue<PartitionRef>('seal', 90 * MINUTE),
    expire: queue<ExpireTask>('expire', 12 * MINUTE),
    thaw: queue<ThawTask>('thaw', 12 * MINUTE),
    hydrate: queue<HydrateTask>('hydrate', 90 * MINUTE),
  }

  const eventDelays = (_: string, key: string): readonly number[] => {
    if (mood.calm) return [0]
    const delay = draw.chance(0.5) ? 0 : draw.below(8 * HOUR)
    const fate = draw.next()
    const where = key.endsWith('.ndjson') ? 'hot events' : 'archive events'
    if (fate < 0.25) {
      tally.count(where, 'lost')
      return []
    }
    tally.count(where, fate > 0.8 ? 'doubled' : delay > 0 ? 'late' : 'in time')
    return fate > 0.8 ? [delay, draw.below(2 * HOUR)] : [delay]
  }

  const store = makeMemoryS3Store()
  /** Every content that was ever stored, by SHA-256: to look into what is too cold to be read. */
  const contents = new Map<string, Uint8Array>()
  const s3 = makeS3Model({
    now,
    store: {
      ...store,
      keep: (bytes) => {
        contents.set(hash('sha256', bytes, 'base64'), Uint8Array.from(bytes))
        return store.keep(bytes)
      },
    },
    meter: { add: () => undefined },
    random: draw.next,
    notify: (arn, body) => {
      const { Records = [] } = JSON.parse(body)
      for (const { s3: about } of Records) {
        const key = decodeURIComponent(String(about.object.key))
        void (arn.endsWith('objects') ? queues.objects.send([{ key }]) : queues.storage.send([key]))
      }
      return true
    },
    knobs: {
      eventDelays,
      expeditedAvailable: () => draw.chance(0.5),
      lifecycleLag: () => draw.below(20 * HOUR),
    },
  })
  for (const bucket of [ARCHIVE, HOT, REHYDRATED]) s3.createBucket({ bucket })
  for (const bucket of [ARCHIVE, HOT]) s3.putVersioning({ bucket, versioning: 'Enabled' })
  const rules = [lifecycleTo('GLACIER_IR'), lifecycleTo('GLACIER'), lifecycleTo('DEEP_ARCHIVE')]
  s3.putLifecycle({ bucket: ARCHIVE, lifecycle: { rules, minimumSize: 'varies_by_storage_class' } })
  const tell = (bucket: string, name: string, events: string[]) =>
    s3.putNotifications({
      bucket,
      notifications: [{ id: name, queueArn: `${QUEUE}${name}`, events, prefix: '', suffix: '' }],
    })
  tell(ARCHIVE, 'storage', ['s3:ObjectRestore:*', 's3:LifecycleTransition'])
  tell(HOT, 'objects', ['s3:ObjectCreated:*'])

  const { log, holdings, waiters, registry } = makeMemoryCatalog()
  const { rehydrations, tasks, taskList, index } = makeMemoryRehydrations()
  const { writer, reader, lister, tagger, ...archive } = makeMemoryArchive(s3, ARCHIVE)
  const removed: string[] = []
  const remover: SegmentRemover = {
    remove: (key) => {
      removed.push(key)
      return archive.remover.remove(key)
    },
  }
  return {
    clock,
    now,
    mood,
    s3,
    /** Keys that went from the archive bucket and were not looked at yet. */
    removed,
    queues,
    contentOf: (sha256: string) => contents.get(sha256),
    quarantine: makeMemoryQuarantine({ writer, reader, lister }),
    ports: {
      log,
      holdings,
      waiters,
      registry,
      rehydrations,
      tasks,
      taskList,
      index,
      writer,
      reader,
      lister,
      tagger,
      remover,
      thawer: makeMemoryThawer(s3, ARCHIVE),
      delivery: makeMemoryDelivery(s3, REHYDRATED),
      hot: makeMemoryHotStore(s3, HOT),
      hotLister: makeMemoryArchive(s3, HOT).lister,
      register: makeMemoryHotObjects(),
    },
    putHot: (key: string, text: string) => s3.putObject({ bucket: HOT, key, body: Buffer.from(text) }),
    hotText: (key: string) => s3.getObject({ bucket: HOT, key }).content.bytes().toString('utf8'),
    hotKeys: () => s3.listObjects({ bucket: HOT, prefix: '' }).objects.map(({ key }) => key),
    archiveKeys: () => s3.listObjects({ bucket: ARCHIVE, prefix: '' }).objects.map(({ key }) => key),
    delivered: (key: string) => s3.getObject({ bucket: REHYDRATED, key }).content.bytes().toString('utf8'),
    deliveredKeys: () => s3.listObjects({ bucket: REHYDRATED, prefix: '' }).objects.map(({ key }) => key),
  }
}

export type Cloud = ReturnType<typeof makeCloud>
