import { createHash, randomBytes } from 'node:crypto'
import { rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import config from '../../icecore.config.ts'
import { makeMemoryCatalog } from '../../shared/adapters/memory/memory-catalog.ts'
import { makeMemoryQueue } from '../../shared/adapters/memory/memory-queue.ts'
import { makeMemoryRehydrations } from '../../shared/adapters/memory/memory-rehydrations.ts'
import { openFileSink } from '../../shared/codec/segment-sink.ts'
import type { Filter } from '../../shared/domain/filter.ts'
import { partitionRange } from '../../shared/domain/partition.ts'
import { withTier } from '../../shared/domain/rehydration.ts'
import { NO_TERMS } from '../../shared/domain/rehydration-terms.ts'
import { makeUlid } from '../../shared/domain/ulid.ts'
import type { Delivery } from '../../shared/ports/delivery.ts'
import type { ThawTask } from '../../shared/ports/queues.ts'
import type { SegmentReader } from '../../shared/ports/segment-store.ts'
import { finishRehydration } from '../../shared/use-cases/finish-rehydration.ts'
import { hydrateTask } from '../../shared/use-cases/hydrate-task.ts'
import { fileOf, loadCommits } from './landings.ts'
import { type Answer, MONTH } from './sealed-orders.ts'

/** Delivers into files of a folder, with the SHA-256 that S3 would be told. */
const makeFileDelivery = (folder: string): Delivery => {
  const find = async (key: string) => {
    const facts = await stat(fileOf(folder, key)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null
      throw error
    })
    return facts && { bytes: facts.size, version: `${facts.mtimeMs}` }
  }
  const begin: Delivery['begin'] = async (key) => {
    const path = join(folder, `part-${makeUlid(Date.now(), randomBytes)}`)
    const sink = await openFileSink(path)
    const hash = createHash('sha256')
    let bytes = 0
    return {
      write: async (piece) => {
        bytes += piece.byteLength
        hash.update(piece)
        await sink.write(piece)
      },
      close: sink.close,
      put: async (replaces) => {
        await sink.close()
        if ((await find(key))?.version !== replaces?.version) return 'changed'
        await rename(path, fileOf(folder, key))
        return { bytes, sha256: hash.digest('base64') }
      },
      discard: async () => {
        await sink.close()
        await rm(path, { force: true })
      },
    }
  }
  return { find, begin, putWhole: (key, content) => writeFile(fileOf(folder, key), content) }
}

/** Hydrates the sealed orders of `folder`, those that match, into a file of it, by the task of a rehydration; checks what it counts. */
export const hydrateOrders = async (options: {
  readonly folder: string
  readonly reader: SegmentReader
  readonly where: Filter | null
  readonly expected: Answer
}): Promise<{ readonly path: string; readonly seconds: number }> => {
  const { folder, reader, where, expected } = options
  const { dataset, partition } = MONTH
  const { registry, log, waiters } = makeMemoryCatalog()
  await registry.expect(MONTH, 0)
  for (const commit of await loadCommits(folder)) await log.append(MONTH, commit)
  const { rehydrations, tasks, taskList } = makeMemoryRehydrations()
  const ports = {
    config,
    ...{ registry, log, waiters, rehydrations, tasks, taskList, reader },
    delivery: makeFileDelivery(folder),
    thawQueue: makeMemoryQueue<ThawTask>(),
    metrics: { rehydrationFinished: () => undefined },
    replay: { send: () => Promise.reject(new Error('nothing is sent to a queue')) },
    wait: async () => undefined,
    hasTime: () => true,
    now: () => Date.now(),
    random: randomBytes,
  }
  const at = Date.now()
  const rehydrationId = makeUlid(at, randomBytes)
  const { start, end } = partitionRange(partition)
  const rehydration = {
    id: rehydrationId,
    caller: 'bench',
    acceptedAt: at,
    state: { name: 'thawing', plannedAt: at },
    terms: NO_TERMS,
    request: {
      dataset,
      selection: { kind: 'range', from: start, to: end, where, limit: null },
      ...withTier('Standard'),
      destination: 'analysts',
      format: 'ndjson',
      compression: 'none',
      columns: null,
      keepDays: null,
    },
  } as const
  await rehydrations.create(rehydration, at)
  await tasks.add(rehydrationId, [partition])
  const hydrate = hydrateTask({ ...ports, finish: finishRehydration(ports) })
  const started = performance.now()
  const outcome = await hydrate({ rehydrationId, partition })
  const seconds = (performance.now() - started) / 1000
  const task = await tasks.find(rehydrationId, partition)
  const file = task?.state.name === 'done' ? task.state.result.file : null
  if (outcome.outcome !== 'delivered' || outcome.records !== expected.records || file === null)
    throw new Error(`expected ${expected.records} records: ${JSON.stringify(outcome)}`)
  if (file.sha256 !== expected.sha256) throw new Error(`expected ${expected.sha256}, got ${file.sha256}`)
  return { path: fileOf(folder, file.key), seconds }
}
