import { hash } from 'node:crypto'
import { makeMemoryArchive } from '../../shared/adapters/memory/memory-archive.ts'
import { makeMemoryBudgets } from '../../shared/adapters/memory/memory-budgets.ts'
import { makeMemoryCanary } from '../../shared/adapters/memory/memory-canary.ts'
import { makeMemoryCatalog } from '../../shared/adapters/memory/memory-catalog.ts'
import { makeMemoryDelivery } from '../../shared/adapters/memory/memory-delivery.ts'
import { makeMemoryFailureNotes } from '../../shared/adapters/memory/memory-failure-notes.ts'
import { makeMemoryFileSigner } from '../../shared/adapters/memory/memory-file-signer.ts'
import {
  makeMemoryHotDrop,
  makeMemoryHotObjects,
  makeMemoryHotStore,
} from '../../shared/adapters/memory/memory-hot-store.ts'
import { makeMemoryNotices } from '../../shared/adapters/memory/memory-notices.ts'
import { makeMemoryQuarantine } from '../../shared/adapters/memory/memory-quarantine.ts'
import { makeMemoryQuotes } from '../../shared/adapters/memory/memory-quotes.ts'
import { makeMemoryRehydrations } from '../../shared/adapters/memory/memory-rehydrations.ts'
import { makeMemoryScratch } from '../../shared/adapters/memory/memory-scratch.ts'
import { makeMemoryThawHistory } from '../../shared/adapters/memory/memory-thaw-history.ts'
import { makeMemoryThawJobs, makeMemoryThawManifests } from '../../shared/adapters/memory/memory-thaw-jobs.ts'
import { makeMemoryThawer } from '../../shared/adapters/memory/memory-thawer.ts'
import type { PartitionRef } from '../../shared/domain/segment.ts'
import type { HotStore } from '../../shared/ports/hot-store.ts'
import type { Inventory } from '../../shared/ports/inventory.ts'
import type { ExpireTask, HydrateTask, ThawTask } from '../../shared/ports/queues.ts'
import type { RecordMessage } from '../../shared/use-cases/age-records.ts'
import type { DeadMessage } from '../../shared/use-cases/keep-dead-letter.ts'
import { makeBill } from '../../simulator/bill.ts'
import { makeRandom } from '../../simulator/randomness.ts'
import { makeMemoryS3Store } from '../../simulator/s3/memory-store.ts'
import { makeS3Model } from '../../simulator/s3/s3-model.ts'
import { lifecycleTo } from '../support/lifecycle.ts'
import { makeReplayInbox } from '../support/replay-inbox.ts'
import { makeReplaceable } from './replaceable.ts'
import { START } from './settings.ts'
import { makeTaskQueue } from './task-queue.ts'

const [ARCHIVE, HOT, REHYDRATED] = ['archive', 'hot', 'rehydrated']
const QUEUE = 'arn:aws:sqs:us-east-1:000000000000:'

/** Hot objects come in pieces of so many bytes, so that there is a middle to fail in. */
const PIECE = 150

async function* inPieces(chunks: AsyncIterable<Uint8Array>) {
  for await (const chunk of chunks)
    for (let at = 0; at < chunk.byteLength; at += PIECE) yield chunk.subarray(at, at + PIECE)
}

/** S3, the catalog and the queues in memory, on a clock that only the test moves: the same from run to run. */
export const makeCloud = () => {
  const clock = { now: START }
  const now = () => clock.now
  const draw = makeRandom(1)
  const bill = makeBill()
  const queues = {
    records: makeTaskQueue<Omit<RecordMessage, 'messageId' | 'sentAt'>>('records', now),
    objects: makeTaskQueue<{ readonly key: string; readonly dataset?: string }>('objects', now),
    storage: makeTaskQueue<string>('storage', now),
    seal: makeTaskQueue<PartitionRef>('seal', now),
    expire: makeTaskQueue<ExpireTask>('expire', now),
    thaw: makeTaskQueue<ThawTask>('thaw', now),
    hydrate: makeTaskQueue<HydrateTask>('hydrate', now),
    dead: makeTaskQueue<DeadMessage>('dead', now),
  }
  /**
   * Whether S3's events arrive, whether it has capacity for Expedited, how many partitions an audit lists, batches there is time for, the
   * most thaws that are asked for one by one, and whether jobs can ask for any.
   */
  const mood = {
    events: true,
    expedited: true,
    auditedAtOnce: 10,
    batchesInTime: Number.POSITIVE_INFINITY,
    batchThawsAbove: 10_000,
    jobsFail: false,
  }

  const store = makeMemoryS3Store()
  /** Every content that was ever stored, by SHA-256: to look into what is too cold to be read. */
  const contents = new Map<string, Uint8Array>()
  const s3 = makeS3Model({
    now,
    store: {
      ...store,
      keep: (bytes) => {
        contents.set(hash('sha256', bytes, 'base64'), Buffer.from(bytes))
        return store.keep(bytes)
      },
    },
    meter: bill,
    random: draw,
    notify: (arn, body) => {
      if (!mood.events) return true
      const { Records = [] } = JSON.parse(body)
      for (const { s3: about } of Records) {
        const key = decodeURIComponent(String(about.object.key))
        void (arn.endsWith('objects') ? queues.objects.send([{ key }]) : queues.storage.send([key]))
      }
      return true
    },
    knobs: {
      restoreDraw: () => 0.5,
      expeditedAvailable: () => mood.expedited,
      jobTaskFails: () => mood.jobsFail,
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
  for (const queue of Object.values(queues)) queue.lose()

  const hot = makeMemoryHotStore(s3, HOT)
  const hotInPieces: HotStore = {
    ...hot,
    stream: async (object, start) => inPieces(await hot.stream(object, start)),
  }
  const keysIn = (bucket: string) => s3.listObjects({ bucket, prefix: '' }).objects.map(({ key }) => key)
  const bytesOf = (bucket: string, key: string) => s3.getObject({ bucket, key }).content.bytes()

  const archive = makeMemoryArchive(s3, ARCHIVE)
  const inbox = makeReplayInbox()
  const notices = makeMemoryNotices()
  const results = makeMemoryArchive(s3, REHYDRATED).reader
  const inventory: Inventory = {
    latest: async () => ({
      takenAt: clock.now,
      async *objects() {
        yield* archive.lister.list('')
      },
    }),
  }
  /** All that stands in the one table. */
  const table = makeReplaceable(() => {
    const { register, index, total } = makeMemoryQuarantine(archive)
    return {
      ...makeMemoryCatalog(),
      ...makeMemoryRehydrations(),
      budgets: makeMemoryBudgets().budgets,
      thawHistory: makeMemoryThawHistory(),
      quotes: makeMemoryQuotes(),
      register: makeMemoryHotObjects(),
      notes: makeMemoryFailureNotes(),
      canaries: makeMemoryCanary(),
      quarantineRegister: register,
      quarantineIndex: index,
      quarantineBooks: { total },
    }
  })

  return {
    clock,
    now,
    mood,
    queues,
    random: (bytes: number) => Uint8Array.from({ length: bytes }, () => Math.floor(draw() * 256)),
    ports: {
      ...table.ports,
      ...archive,
      thawer: makeMemoryThawer(s3, ARCHIVE),
      manifests: makeMemoryThawManifests(s3, ARCHIVE),
      thawJobs: makeMemoryThawJobs(s3, ARCHIVE),
      delivery: makeMemoryDelivery(s3, REHYDRATED),
      hot: hotInPieces,
      hotLister: makeMemoryArchive(s3, HOT).lister,
      hotDrop: makeMemoryHotDrop(s3, HOT),
      signer: makeMemoryFileSigner(s3, REHYDRATED),
      replay: inbox.replay,
      notices: { give: notices.give },
      results: { head: results.head, read: results.read },
      inventory,
      scratch: makeMemoryScratch(),
    },
    table,
    notices: notices.given,
    /** Whatever S3 does by itself happens. */
    pass: (ms: number) => {
      clock.now += ms
      s3.runDue()
    },
    contentOf: (sha256: string) => contents.get(sha256),
    putHot: (key: string, body: Uint8Array) => s3.putObject({ bucket: HOT, key, body }),
    loseObject: (key: string) => s3.deleteObject({ bucket: ARCHIVE, key }),
    hotKeys: () => keysIn(HOT),
    hotBytes: (key: string) => bytesOf(HOT, key),
    archiveKeys: () => keysIn(ARCHIVE),
    delivered: (key: string) => bytesOf(REHYDRATED, key),
    replayed: inbox,
    deliveredKeys: () => keysIn(REHYDRATED),
    /** How often a line of the price table was metered. */
    metered: (line: string) => bill.snapshot()[line] ?? 0,
  }
}

export type Cloud = ReturnType<typeof makeCloud>
