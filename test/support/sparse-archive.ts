import { makeMemoryArchive } from '../../shared/adapters/memory/memory-archive.ts'
import { makeMemoryBudgets } from '../../shared/adapters/memory/memory-budgets.ts'
import { makeMemoryCatalog } from '../../shared/adapters/memory/memory-catalog.ts'
import { makeMemoryQueue } from '../../shared/adapters/memory/memory-queue.ts'
import { makeMemoryRehydrations } from '../../shared/adapters/memory/memory-rehydrations.ts'
import { DAY } from '../../shared/domain/duration.ts'
import type { Holding } from '../../shared/domain/holding.ts'
import { partitionOf } from '../../shared/domain/partition.ts'
import { holdingOf } from '../../shared/domain/plan-thaw.ts'
import type { PartitionRef, Segment } from '../../shared/domain/segment.ts'
import type { HydrateTask, ThawTask } from '../../shared/ports/queues.ts'
import { makeMemoryS3Store } from '../../simulator/s3/memory-store.ts'
import { makeS3Model } from '../../simulator/s3/s3-model.ts'
import { aCommit, aDataset, aSegment, NOON } from './builders.ts'

const PREFIX = '01HRKZ'
const FIRST_DAY = NOON - 9999 * DAY

const idOf = (index: number) => `${PREFIX}${String(index).padStart(20, '0')}`
const indexOf = (id: string) => Number(id.slice(PREFIX.length))

/**
 * An archive of so many cold segments of which nothing is there but what one asks for, made at that moment: what it takes up is
 * some bytes for each segment that is claimed. S3 Batch Operations is a list of tokens.
 */
export const aSparseArchive = (partitions: number, segmentsEach: number) => {
  const clock = { now: NOON }
  const now = () => clock.now
  const total = partitions * segmentsEach
  /** Of each segment: which claim it has, from 1, and since when. */
  const claims = new Uint16Array(total)
  const since = new Float64Array(total)
  /** By the number of a claim, from 1: its job. */
  const jobs: NonNullable<NonNullable<Holding['asking']>['job']>[] = []
  const dayOf = (index: number) => FIRST_DAY + Math.floor(index / segmentsEach) * DAY

  const segmentAt = (index: number): Segment => {
    const time = dayOf(index)
    return aSegment({
      id: idOf(index),
      kind: 'sealed',
      partition: partitionOf(time, 'day'),
      minTime: time,
      maxTime: time,
      storageClass: index % 4 === 0 ? 'DEEP_ARCHIVE' : 'GLACIER',
    })
  }
  const segmentsOf = ({ partition }: PartitionRef): readonly Segment[] => {
    const day = Math.round((Date.parse(`${partition}T12:00:00Z`) - FIRST_DAY) / DAY)
    if (day < 0 || day >= partitions) return []
    return Array.from({ length: segmentsEach }, (_, at) => segmentAt(day * segmentsEach + at))
  }
  const holdingAt = (segment: Segment): Holding | undefined => {
    const index = indexOf(segment.id)
    const job = jobs[(claims[index] ?? 0) - 1]
    if (job === undefined) return undefined
    const attempt = `${job.rehydrationId}-${job.name}`
    return { ...holdingOf(segment, undefined), asking: { attempt, since: since[index] ?? 0, job } }
  }

  const catalog = makeMemoryCatalog()
  const lists = new Map<string, number>()
  /** Of each segment: in how many lists it is of which a job was made. */
  const listed = new Uint8Array(total)
  const listedBy = new Map<string, readonly number[]>()
  const made = new Map<string, string>()
  const s3 = makeS3Model({ now, store: makeMemoryS3Store(), meter: { add: () => undefined } })
  s3.createBucket({ bucket: 'archive' })
  const thawQueue = makeMemoryQueue<ThawTask>()

  return {
    clock,
    total,
    thawQueue,
    lists,
    made,
    /** How many segments are claimed, and how many are in so many lists that jobs were made of. */
    tally: () => ({
      claimed: claims.reduce((sum, claim) => sum + (claim === 0 ? 0 : 1), 0),
      listedOnce: listed.reduce((sum, times) => sum + (times === 1 ? 1 : 0), 0),
      listedTwice: listed.reduce((sum, times) => sum + (times > 1 ? 1 : 0), 0),
    }),
    ports: {
      ...makeMemoryRehydrations(),
      ...makeMemoryBudgets(),
      config: {
        datasets: new Map([['orders', aDataset()]]),
        destinations: new Map(),
        batchThawsAbove: 10_000,
      },
      waiters: catalog.waiters,
      reader: makeMemoryArchive(s3, 'archive').reader,
      registry: {
        ...catalog.registry,
        async *list(dataset: string) {
          for (let day = 0; day < partitions; day += 1)
            yield { dataset, partition: partitionOf(FIRST_DAY + day * DAY, 'day'), dueAt: 0 }
        },
      },
      log: {
        ...catalog.log,
        read: async (ref: PartitionRef) => {
          const segments = segmentsOf(ref)
          const held = segments.flatMap((segment) => {
            const holding = holdingAt(segment)
            return holding === undefined ? [] : [[segment.id, holding] as const]
          })
          return { commits: [aCommit({ id: 'G#000001', segments })], holdings: new Map(held), waiters: [] }
        },
      },
      holdings: {
        put: async (_: PartitionRef, { segmentId, asking }: Holding, expected: Holding | undefined) => {
          const index = indexOf(segmentId)
          const isSame =
            expected?.asking === undefined
              ? claims[index] === 0
              : jobs[(claims[index] ?? 0) - 1]?.name === expected.asking.job?.name &&
                since[index] === expected.asking.since
          if (!isSame || asking?.job === undefined) return 'stale' as const
          const { job } = asking
          const known = jobs.findIndex(({ name, until }) => name === job.name && until === job.until)
          claims[index] = 1 + (known < 0 ? jobs.push(job) - 1 : known)
          since[index] = asking.since
          return 'put' as const
        },
      },
      lister: {
        async *list(prefix: string) {
          const [, partition = ''] = /partition=([^/]+)\//.exec(prefix) ?? []
          for (const { key, bytes, storageClass } of segmentsOf({ dataset: 'orders', partition }))
            yield { key, bytes, storageClass, lastModified: NOON, etag: 'e', restore: null }
        },
      },
      manifests: {
        write: async (key: string, objects: readonly string[]) => {
          lists.set(key, objects.length)
          listedBy.set(
            key,
            objects.map((object) => indexOf(object.slice(object.lastIndexOf('/') + 1, -'.parquet'.length))),
          )
          return key
        },
      },
      thawJobs: {
        create: async ({ token, manifest }: { token: string; manifest: { key: string } }) => {
          const id = made.get(token) ?? `job-${made.size + 1}`
          if (!made.has(token))
            for (const index of listedBy.get(manifest.key) ?? []) listed[index] = (listed[index] ?? 0) + 1
          listedBy.delete(manifest.key)
          made.set(token, id)
          return id
        },
        find: async () => ({ kind: 'running' }) as const,
        cancel: async () => undefined,
      },
      thawQueue,
      hydrateQueue: makeMemoryQueue<HydrateTask>(),
      hasTime: () => true,
      now,
      random: (bytes: number) => new Uint8Array(bytes),
    },
  }
}

export type SparseArchive = ReturnType<typeof aSparseArchive>
