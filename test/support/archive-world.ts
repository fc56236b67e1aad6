import { makeMemoryArchive } from '../../shared/adapters/memory/memory-archive.ts'
import { makeMemoryCatalog } from '../../shared/adapters/memory/memory-catalog.ts'
import { makeMemoryHotObjects, makeMemoryHotStore } from '../../shared/adapters/memory/memory-hot-store.ts'
import { makeMemoryMetrics } from '../../shared/adapters/memory/memory-metrics.ts'
import { makeMemoryQuarantine } from '../../shared/adapters/memory/memory-quarantine.ts'
import { makeMemoryQueue } from '../../shared/adapters/memory/memory-queue.ts'
import { makeMemoryScratch } from '../../shared/adapters/memory/memory-scratch.ts'
import { makeMemoryThawHistory } from '../../shared/adapters/memory/memory-thaw-history.ts'
import type { Dataset } from '../../shared/domain/dataset.ts'
import { DAY } from '../../shared/domain/duration.ts'
import type { PartitionRef } from '../../shared/domain/segment.ts'
import type { ExpireTask } from '../../shared/ports/queues.ts'
import type { Scratch } from '../../shared/ports/scratch.ts'
import { type AgeObjectDeps, ageObject, type ObjectTask } from '../../shared/use-cases/age-object.ts'
import { ageRecords, type RecordMessage } from '../../shared/use-cases/age-records.ts'
import { expireObjects } from '../../shared/use-cases/expire-objects.ts'
import { readLedger } from '../../shared/use-cases/read-ledger.ts'
import { sealPartition } from '../../shared/use-cases/seal-partition.ts'
import { sweep } from '../../shared/use-cases/sweep.ts'
import { makeRandom } from '../../simulator/randomness.ts'
import { makeMemoryS3Store } from '../../simulator/s3/memory-store.ts'
import { makeS3Model } from '../../simulator/s3/s3-model.ts'
import { aDataset, NOON } from './builders.ts'
import { lifecycleTo } from './lifecycle.ts'

export type Wrap = <Port extends object>(port: Port) => Port

type AgeObjectLimits = Partial<Pick<AgeObjectDeps, 'hasTime' | 'chunk'>>

const asItIs: Wrap = (port) => port

const ARCHIVE = 'archive'
const HOT = 'hot'

/**
 * The archive side of icecore on memory adapters and the simulated S3, at a time that only the test moves. Each action takes
 * a `wrap`, through which its ports go; they stay as they are without one.
 */
export const anArchiveWorld = (datasets: readonly Dataset[] = [aDataset()], start = NOON) => {
  const clock = { now: start }
  const now = () => clock.now
  const draw = makeRandom(1)
  const random = (bytes: number) => Uint8Array.from({ length: bytes }, () => Math.floor(draw() * 256))
  const s3 = makeS3Model({ now, store: makeMemoryS3Store(), meter: { add: () => undefined }, random: draw })
  for (const bucket of [ARCHIVE, HOT]) {
    s3.createBucket({ bucket })
    s3.putVersioning({ bucket, versioning: 'Enabled' })
  }
  s3.putLifecycle({
    bucket: ARCHIVE,
    lifecycle: {
      rules: [lifecycleTo('GLACIER_IR'), lifecycleTo('GLACIER'), lifecycleTo('DEEP_ARCHIVE')],
      minimumSize: 'varies_by_storage_class',
    },
  })

  const config = {
    datasets: new Map(datasets.map((dataset) => [dataset.name, dataset])),
    destinations: new Map(),
    batchThawsAbove: null,
  }
  const archive = makeMemoryArchive(s3, ARCHIVE)
  const hot = makeMemoryHotStore(s3, HOT)
  const register = makeMemoryHotObjects()
  const catalog = makeMemoryCatalog()
  const quarantine = makeMemoryQuarantine(archive)
  const thawHistory = makeMemoryThawHistory()
  const sealQueue = makeMemoryQueue<PartitionRef>()
  const expireQueue = makeMemoryQueue<ExpireTask>()
  const metrics = makeMemoryMetrics()
  const scratch = makeMemoryScratch()
  const datasetNamed = (name: string): Dataset => {
    const dataset = config.datasets.get(name)
    if (dataset === undefined) throw new Error(`the world has no dataset ${name}`)
    return dataset
  }

  const ports = (wrap: Wrap) => ({
    config,
    metrics,
    now,
    random,
    log: wrap(catalog.log),
    snapshots: wrap(archive.snapshots),
    registry: wrap(catalog.registry),
    quarantine: wrap(quarantine),
    writer: wrap(archive.writer),
    scratch,
  })

  return {
    clock,
    config,
    s3,
    archive,
    hot,
    register,
    catalog,
    quarantine,
    sealQueue,
    expireQueue,
    metrics,
    ports,
    thawHistory,
    putHot: (key: string, content: string | Uint8Array) => {
      s3.putObject({ bucket: HOT, key, body: Buffer.from(content) })
    },
    /** Damage at rest. */
    damage: (key: string, damage: (bytes: Buffer) => Uint8Array) =>
      s3.corruptObject({ bucket: ARCHIVE, key, damage }),
    age: (messages: readonly RecordMessage[], wrap = asItIs, hasTime?: () => boolean) =>
      ageRecords(ports(wrap))(messages, hasTime),
    ageObject: (task: Omit<ObjectTask, 'sentAt'>, wrap = asItIs, limits: AgeObjectLimits = {}) =>
      ageObject({ ...ports(wrap), hot: wrap(hot), register: wrap(register), hasTime: () => true, ...limits })(
        {
          ...task,
          sentAt: clock.now,
        },
      ),
    seal: (ref: PartitionRef, wrap = asItIs, on: Scratch = scratch) =>
      sealPartition({ ...ports(wrap), reader: wrap(archive.reader), scratch: on })(
        datasetNamed(ref.dataset),
        ref,
      ),
    sweep: (wrap = asItIs, hasTime: () => boolean = () => true) =>
      sweep({
        ...ports(wrap),
        holdings: wrap(catalog.holdings),
        thawHistory,
        lister: wrap(archive.lister),
        tagger: wrap(archive.tagger),
        sealQueue: wrap(sealQueue),
        expireQueue: wrap(expireQueue),
        resumeWaiters: async () => undefined,
        hasTime,
      })(),
    expire: (task: ExpireTask, wrap = asItIs) =>
      expireObjects({
        ...ports(wrap),
        lister: wrap(archive.lister),
        reader: wrap(archive.reader),
        remover: wrap(archive.remover),
      })(task),
    ledger: (dataset = 'orders') =>
      readLedger({ registry: catalog.registry, log: catalog.log, quarantine })(dataset),
    /** Lets lifecycle and whatever else S3 does by itself happen until `to`. */
    advance: (to: number) => {
      for (; clock.now < to; clock.now = Math.min(to, clock.now + DAY)) s3.runDue()
      s3.runDue()
    },
  }
}

export type ArchiveWorld = ReturnType<typeof anArchiveWorld>
