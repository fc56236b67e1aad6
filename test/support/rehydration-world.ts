import { storageEventSchema } from '../../functions/track-storage/event.ts'
import { makeMemoryArchive } from '../../shared/adapters/memory/memory-archive.ts'
import { makeMemoryBudgets } from '../../shared/adapters/memory/memory-budgets.ts'
import { makeMemoryCatalog } from '../../shared/adapters/memory/memory-catalog.ts'
import { makeMemoryDelivery } from '../../shared/adapters/memory/memory-delivery.ts'
import { makeMemoryFileSigner } from '../../shared/adapters/memory/memory-file-signer.ts'
import { makeMemoryNotices } from '../../shared/adapters/memory/memory-notices.ts'
import { makeMemoryQueue } from '../../shared/adapters/memory/memory-queue.ts'
import { makeMemoryQuotes } from '../../shared/adapters/memory/memory-quotes.ts'
import { makeMemoryRehydrations } from '../../shared/adapters/memory/memory-rehydrations.ts'
import { makeMemoryReplay } from '../../shared/adapters/memory/memory-replay.ts'
import { makeMemoryThawHistory } from '../../shared/adapters/memory/memory-thaw-history.ts'
import { makeMemoryThawJobs, makeMemoryThawManifests } from '../../shared/adapters/memory/memory-thaw-jobs.ts'
import { makeMemoryThawer } from '../../shared/adapters/memory/memory-thawer.ts'
import { digestRecords } from '../../shared/codec/digest.ts'
import { makeMemorySink } from '../../shared/codec/segment-sink.ts'
import { makeSegmentWriter } from '../../shared/codec/segment-writer.ts'
import { type Commit, landingCommitId, nextGenerationId } from '../../shared/domain/commit.ts'
import { type Destination, INLINE } from '../../shared/domain/config.ts'
import type { Dataset, PromotedColumn } from '../../shared/domain/dataset.ts'
import { emptyDigest } from '../../shared/domain/digest.ts'
import { type Guards, NO_GUARDS } from '../../shared/domain/guards.ts'
import { partitionOf } from '../../shared/domain/partition.ts'
import { type ArchiveRecord, compareRecords } from '../../shared/domain/record.ts'
import { type RehydrationRequest, withTier } from '../../shared/domain/rehydration.ts'
import type { Segment } from '../../shared/domain/segment.ts'
import type { StorageClass } from '../../shared/domain/storage-class.ts'
import { makeUlid } from '../../shared/domain/ulid.ts'
import type { RehydrationMetrics } from '../../shared/ports/metrics.ts'
import type { HydrateTask, ThawTask } from '../../shared/ports/queues.ts'
import { cancelRehydration } from '../../shared/use-cases/cancel-rehydration.ts'
import { checkRehydrations } from '../../shared/use-cases/check-rehydrations.ts'
import { finishRehydration } from '../../shared/use-cases/finish-rehydration.ts'
import { hydrateTask } from '../../shared/use-cases/hydrate-task.ts'
import { planRehydration } from '../../shared/use-cases/plan-rehydration.ts'
import { reconcileBudgets } from '../../shared/use-cases/reconcile-budgets.ts'
import { requestRehydration } from '../../shared/use-cases/request-rehydration.ts'
import { resumeWaiters } from '../../shared/use-cases/resume-waiters.ts'
import { storeSegment } from '../../shared/use-cases/store-segment.ts'
import { thawTask } from '../../shared/use-cases/thaw-task.ts'
import { readThawTimes } from '../../shared/use-cases/thaw-times.ts'
import { trackStorage } from '../../shared/use-cases/track-storage.ts'
import { makeBill } from '../../simulator/bill.ts'
import { makeRandom } from '../../simulator/randomness.ts'
import { makeMemoryS3Store } from '../../simulator/s3/memory-store.ts'
import { makeS3Model, type S3ModelOptions } from '../../simulator/s3/s3-model.ts'
import { makeSqsModel } from '../../simulator/sqs/sqs-model.ts'
import { aDataset, NOON } from './builders.ts'
import { aRange } from './selections.ts'

type Finished = Parameters<RehydrationMetrics['rehydrationFinished']>[0]

export type WorldOptions = Pick<S3ModelOptions, 'knobs'> & {
  readonly maxPartBytes?: number
  /** Named orders. */
  readonly dataset?: Dataset
  readonly guards?: Guards
  readonly batchThawsAbove?: number | null
}

const ARCHIVE = 'archive'
const REHYDRATED = 'rehydrated'
const EVENTS = 'arn:aws:sqs:us-east-1:000000000000:events'

export const aRequest = (parts: Partial<RehydrationRequest> = {}): RehydrationRequest => ({
  dataset: 'orders',
  selection: aRange(NOON - 86_400_000, NOON + 86_400_000),
  ...withTier(parts.tier ?? 'Standard'),
  destination: 'analysts',
  format: 'ndjson',
  compression: 'none',
  columns: null,
  keepDays: null,
  ...parts,
})

const pack = async (
  records: readonly ArchiveRecord[],
  segment: { dataset: string; partition: string; id: string; kind: Segment['kind']; createdAt: number },
  promoted: readonly PromotedColumn[],
) => {
  const sink = makeMemorySink()
  const writer = makeSegmentWriter({ segment, promoted, sink })
  await writer.write(records.toSorted(compareRecords))
  const received = digestRecords(records)
  const packed = await writer.finish({ inputs: null, books: { received, duplicates: emptyDigest } })
  return { packed, data: sink.content(), received }
}

/** Queues of the simulated SQS that destinations of the same name replay to. */
const REPLAY_QUEUES = { standard: 'replay', fifo: 'replay.fifo' } as const

const aReplay = (name: keyof typeof REPLAY_QUEUES): Destination => ({
  name,
  prefix: `replays/${name}/`,
  replay: { queue: `arn:aws:sqs:us-east-1:000000000000:${REPLAY_QUEUES[name]}`, perSecond: 100 },
})

/** The whole path of a rehydration on the simulated S3, with queues and events in the hand of the test. */
export const aWorld = ({
  knobs = {},
  maxPartBytes,
  guards = NO_GUARDS,
  dataset = aDataset({ guards }),
  batchThawsAbove = 10_000,
}: WorldOptions = {}) => {
  let time = NOON
  const now = () => time
  const draw = makeRandom(1)
  const bill = makeBill()
  const events: string[] = []
  const s3 = makeS3Model({
    now,
    store: makeMemoryS3Store(),
    meter: bill,
    random: () => 0.5,
    notify: (_, body) => events.push(body) > 0,
    knobs: { restoreDraw: () => 0.5, ...knobs },
  })
  for (const bucket of [ARCHIVE, REHYDRATED]) s3.createBucket({ bucket })
  const patterns = ['s3:ObjectRestore:*', 's3:LifecycleTransition']
  s3.putNotifications({
    bucket: ARCHIVE,
    notifications: [{ id: 'events', queueArn: EVENTS, events: patterns, prefix: '', suffix: '' }],
  })
  events.length = 0
  const sqs = makeSqsModel({ now, meter: bill })
  sqs.createQueue(REPLAY_QUEUES.standard)
  sqs.createQueue(REPLAY_QUEUES.fifo, { FifoQueue: 'true' })
  const waits: number[] = []
  const config = {
    datasets: new Map([['orders', dataset]]),
    destinations: new Map<string, Destination>([
      ['analysts', { name: 'analysts', prefix: 'analysts/' }],
      ['inline', INLINE],
      ['standard', aReplay('standard')],
      ['fifo', aReplay('fifo')],
    ]),
    batchThawsAbove,
  }
  const catalog = makeMemoryCatalog()
  const archive = makeMemoryArchive(s3, ARCHIVE)
  const thawQueue = makeMemoryQueue<ThawTask>()
  const hydrateQueue = makeMemoryQueue<HydrateTask>()
  const finished: Finished[] = []
  const thawHistory = makeMemoryThawHistory()
  const ports = {
    ...catalog,
    ...makeMemoryRehydrations(),
    ...makeMemoryBudgets(),
    thawHistory,
    thawTimes: readThawTimes(thawHistory, now),
    quotes: makeMemoryQuotes(),
    config,
    reader: archive.reader,
    lister: archive.lister,
    manifests: makeMemoryThawManifests(s3, ARCHIVE),
    thawJobs: makeMemoryThawJobs(s3, ARCHIVE),
    thawer: makeMemoryThawer(s3, ARCHIVE),
    delivery: makeMemoryDelivery(s3, REHYDRATED, maxPartBytes),
    results: makeMemoryArchive(s3, REHYDRATED).reader,
    signer: makeMemoryFileSigner(s3, REHYDRATED),
    replay: makeMemoryReplay(sqs),
    wait: async (ms: number) => {
      waits.push(ms)
      time += ms
    },
    hasTime: () => true,
    thawQueue,
    hydrateQueue,
    notices: makeMemoryNotices(),
    metrics: { rehydrationFinished: (facts: Finished) => void finished.push(facts) },
    now,
    random: (bytes: number) => Uint8Array.from({ length: bytes }, () => Math.floor(draw() * 256)),
  }
  type Ports = typeof ports

  /** The use cases on these ports; a test may give others. */
  const on = (given: Ports = ports) => ({
    request: requestRehydration(given),
    thaw: thawTask({ ...given, plan: planRehydration(given) }),
    hydrate: hydrateTask({ ...given, finish: finishRehydration(given) }),
    track: trackStorage({ ...given, resumeWaiters: resumeWaiters(given) }),
    resume: resumeWaiters(given),
    check: checkRehydrations(given),
    cancel: cancelRehydration(given),
    reconcile: reconcileBudgets(given),
  })
  const run = on()

  /** Puts and commits a segment of these records, in the partition of the first. */
  const land = async (
    records: readonly ArchiveRecord[],
    options: {
      storageClass?: StorageClass
      kind?: Segment['kind']
      replaces?: readonly string[]
    } = {},
  ): Promise<{ segment: Segment; commit: Commit }> => {
    const { storageClass = 'STANDARD', kind = 'landing', replaces = [] } = options
    const partition = partitionOf(records[0]?.time ?? NOON, 'day')
    const ref = { dataset: 'orders', partition }
    const id = makeUlid(time, ports.random)
    const { packed, data, received } = await pack(
      records,
      { ...ref, id, kind, createdAt: time },
      dataset.promoted,
    )
    await catalog.registry.expect(ref, time + 7 * 86_400_000)
    const content = { kind: 'memory', data } as const
    const about = { ref, id, kind, packed, content, storageClass, createdAt: time }
    const segment = await storeSegment(archive.writer, about)
    const { commits } = await catalog.log.read(ref)
    const commit: Commit = {
      id: kind === 'landing' ? landingCommitId(id) : nextGenerationId(commits),
      segments: [segment],
      replaces,
      books: { received, duplicates: emptyDigest, expired: emptyDigest },
      committedAt: time,
    }
    await catalog.log.append(ref, commit)
    return { segment, commit }
  }

  /** Works off both queues until they are empty. */
  const drain = async (use = run) => {
    const outcomes: string[] = []
    for (let rounds = 0; rounds < 50; rounds += 1) {
      const [thaws, hydrations] = [thawQueue.receive(), hydrateQueue.receive()]
      if (thaws.length + hydrations.length === 0) return outcomes
      for (const task of thaws) outcomes.push((await use.thaw(task)).outcome)
      for (const task of hydrations) outcomes.push((await use.hydrate(task)).outcome)
    }
    throw new Error('the queues do not run empty')
  }

  /** The keys of the events that S3 has sent since the last call, and when a restore was completed where they say so. */
  const takeStorageEvents = () => {
    s3.runDue()
    return events.splice(0).flatMap((body) => storageEventSchema.parse(JSON.parse(body)).records)
  }
  const takeEvents = (): string[] => takeStorageEvents().map(({ key }) => key)

  return {
    s3,
    ports,
    on,
    run,
    land,
    drain,
    takeEvents,
    thawQueue,
    hydrateQueue,
    finished,
    sqs,
    waits,
    now,
    /** How often a line of the price table was metered. */
    metered: (line: string) => bill.snapshot()[line] ?? 0,
    advance: (ms: number) => {
      time += ms
      s3.runDue()
    },
    /** Time passes, S3's events arrive, and all that follows is done. */
    pass: async (ms: number) => {
      time += ms
      for (const { key, restoredAt } of takeStorageEvents()) await run.track(key, restoredAt)
      return drain()
    },
    ask: async (parts: Partial<RehydrationRequest> = {}) => {
      const requested = await run.request(aRequest(parts), { caller: 'tester', idempotencyKey: null })
      if (!('rehydration' in requested)) throw new Error(`refused: ${requested.kind}`)
      return requested.rehydration.id
    },
    stateOf: async (id: string) => (await ports.rehydrations.find(id))?.state,
    waiters: async (partition = '2024-03-10') =>
      (await catalog.log.read({ dataset: 'orders', partition })).waiters,
    file: (key: string) => s3.getObject({ bucket: REHYDRATED, key: `analysts/${key}` }).content.bytes(),
    files: () => s3.listObjects({ bucket: REHYDRATED, prefix: '' }).objects.map(({ key }) => key),
    makeCold: (segment: Segment, storageClass: StorageClass) => {
      const body = s3.getObject({ bucket: ARCHIVE, key: segment.key }).content.bytes()
      s3.putObject({ bucket: ARCHIVE, key: segment.key, body, storageClass })
    },
    removeObject: (key: string) => s3.deleteObject({ bucket: ARCHIVE, key }),
    corrupt: (key: string, body: Uint8Array) => s3.putObject({ bucket: ARCHIVE, key, body }),
  }
}

export type World = ReturnType<typeof aWorld>
