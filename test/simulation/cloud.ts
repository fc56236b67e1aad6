import { makeMemoryArchive } from '../../shared/adapters/memory/memory-archive.ts'
import { makeMemoryDelivery } from '../../shared/adapters/memory/memory-delivery.ts'
import { makeMemoryHotDrop, makeMemoryHotStore } from '../../shared/adapters/memory/memory-hot-store.ts'
import { makeMemoryNotices } from '../../shared/adapters/memory/memory-notices.ts'
import { makeMemoryThawJobs, makeMemoryThawManifests } from '../../shared/adapters/memory/memory-thaw-jobs.ts'
import { makeMemoryThawer } from '../../shared/adapters/memory/memory-thawer.ts'
import { codeOf } from '../../shared/adapters/memory/s3-code.ts'
import { parseSegmentKey } from '../../shared/domain/keys.ts'
import type { PartitionRef } from '../../shared/domain/segment.ts'
import type { AuditReport } from '../../shared/ports/audit-reports.ts'
import type { HotDrop, HotStore } from '../../shared/ports/hot-store.ts'
import type { QuarantineRegister } from '../../shared/ports/quarantine.ts'
import type { SegmentRemover, SegmentWriter } from '../../shared/ports/segment-store.ts'
import { makeReplayInbox } from '../support/replay-inbox.ts'
import { makeBuckets } from './buckets.ts'
import { makeCatalog } from './catalog.ts'
import type { Draw } from './draw.ts'
import type { Chaos } from './faults.ts'
import type { History } from './history.ts'
import { makeQueues } from './queues.ts'
import { configFor, START } from './settings.ts'
import { watchJobs, watchThaws } from './watch-thaws.ts'

/** What has changed since the last look: only that can break what held before. */
export type Changes = {
  readonly partitions: Map<string, PartitionRef>
  hot: boolean
  quarantine: boolean
  acknowledged: boolean
  /** Keys that went from the archive bucket. */
  readonly removed: string[]
}

export const nameOf = ({ dataset, partition }: PartitionRef) => `${dataset} ${partition}`

/** S3, the catalog and the queues in memory, on a clock that only the run moves. */
export const makeCloud = (history: History, draw: Draw, chaos: Chaos) => {
  const clock = { now: START }
  const now = () => clock.now
  const changes: Changes = {
    partitions: new Map(),
    hot: false,
    quarantine: false,
    acknowledged: false,
    removed: [],
  }
  const touch = ({ dataset, partition }: PartitionRef) => {
    changes.partitions.set(`${dataset} ${partition}`, { dataset, partition })
  }
  const queues = makeQueues(history, chaos, now, () => {
    changes.acknowledged = true
  })
  const buckets = makeBuckets({ history, draw, chaos, now, queues })
  const { s3, ARCHIVE, HOT, REHYDRATED } = buckets

  const config = configFor(history.years, history.datasets, history.batchThawsAbove)
  const archive = makeMemoryArchive(s3, ARCHIVE)
  const catalog = makeCatalog(archive, config, touch)
  /** What was put of segments, by the SHA-256 that it was put with: to look into what is too cold to be read. */
  const contents = new Map<string, Uint8Array>()
  const writer: SegmentWriter = {
    put: async (object) => {
      if (object.key.startsWith('quarantine/')) changes.quarantine = true
      if (parseSegmentKey(object.key) === undefined) return archive.writer.put(object)
      const data = object.content.kind === 'memory' ? object.content.data : await object.content.read()
      contents.set(object.sha256, data.slice())
      return archive.writer.put({ ...object, content: { kind: 'memory', data } })
    },
  }
  const remover: SegmentRemover = {
    remove: (key) => {
      changes.removed.push(key)
      const named = parseSegmentKey(key)
      if (named !== undefined) touch(named)
      return archive.remover.remove(key)
    },
  }
  const inbox = makeReplayInbox()
  const hotStore = makeMemoryHotStore(s3, HOT)
  const hot: HotStore = {
    ...hotStore,
    remove: (object) => {
      changes.hot = true
      return hotStore.remove(object)
    },
  }
  const register: QuarantineRegister = {
    book: (unit) => {
      changes.quarantine = true
      return catalog.quarantine().register.book(unit)
    },
  }
  const hotTexts = new Map<string, readonly string[]>()
  const drop = makeMemoryHotDrop(s3, HOT)
  const hotDrop: HotDrop = {
    put: async (key, content) => {
      changes.hot = true
      await drop.put(key, content)
      const { etag } = s3.headObject({ bucket: HOT, key }).version
      hotTexts.set(`${key} ${etag}`, Buffer.from(content).toString('utf8').split('\n'))
    },
  }
  const watched = watchJobs(s3, ARCHIVE, now)
  const { quarantine, quarantineIndex, hotRegister, backUp, lose, ...tables } = catalog

  return {
    config,
    clock,
    now,
    s3,
    changes,
    queues,
    /** Time passes, and S3 does what falls due in it. */
    pass: (ms: number) =>
      watched(() => {
        clock.now += ms
        s3.runDue()
      }),
    contentOf: (sha256: string) => contents.get(sha256),
    /** What S3 says of an object of the archive bucket; undefined where there is none. */
    head: (key: string) => {
      try {
        return s3.headObject({ bucket: ARCHIVE, key }).version
      } catch (error) {
        if (codeOf(error) === 'NoSuchKey') return undefined
        throw error
      }
    },
    atRest: buckets.atRest,
    /** What audits told, in order. */
    reports: [] as AuditReport[],
    quarantine,
    backUp,
    lose,
    ports: {
      ...archive,
      ...tables,
      writer,
      remover,
      quarantineRegister: register,
      quarantineIndex,
      thawer: watchThaws(s3, ARCHIVE, makeMemoryThawer(s3, ARCHIVE)),
      manifests: makeMemoryThawManifests(s3, ARCHIVE),
      thawJobs: makeMemoryThawJobs(s3, ARCHIVE),
      delivery: makeMemoryDelivery(s3, REHYDRATED),
      replay: inbox.replay,
      notices: makeMemoryNotices(),
      hot,
      hotLister: makeMemoryArchive(s3, HOT).lister,
      register: hotRegister,
      hotDrop,
    },
    /** An object of the hot bucket, and the texts of its rows. */
    putHot: (key: string, bytes: Uint8Array, texts: readonly string[]) => {
      changes.hot = true
      const { etag } = s3.putObject({ bucket: HOT, key, body: bytes })
      hotTexts.set(`${key} ${etag}`, texts)
    },
    hotObjects: () =>
      s3.listObjects({ bucket: HOT, prefix: '' }).objects.map(({ key, etag }) => ({
        key,
        texts: hotTexts.get(`${key} ${etag}`) ?? [],
      })),
    hotKeys: () => s3.listObjects({ bucket: HOT, prefix: '' }).objects.map(({ key }) => key),
    archived: () => s3.listObjects({ bucket: ARCHIVE, prefix: '' }).objects,
    delivered: (key: string) => s3.getObject({ bucket: REHYDRATED, key }).content.bytes(),
    replayed: inbox.bodiesOf,
    deliveredKeys: () => s3.listObjects({ bucket: REHYDRATED, prefix: '' }).objects.map(({ key }) => key),
  }
}

export type Cloud = ReturnType<typeof makeCloud>
