import { createHash } from 'node:crypto'
import { generateAhead } from '../codec/generate-ahead.ts'
import type { Compression } from '../codec/sources/decompress.ts'
import { formatOfKey, type SourceFormat } from '../codec/sources/format-of-key.ts'
import { type ObjectSource, readObject } from '../codec/sources/read-object.ts'
import type { IcecoreConfig } from '../domain/config.ts'
import type { Dataset } from '../domain/dataset.ts'
import type { HotObject, HotObjectProgress, HotObjectRegister, HotStore } from '../ports/hot-store.ts'
import { type AgeChunkDeps, ageChunk } from './age-chunk.ts'
import { type ChunkLimit, chunksOf, isOfUsualSize } from './object-chunks.ts'

/** An object of the hot bucket to age. What is not said follows from its key. */
export type ObjectTask = {
  readonly key: string
  readonly dataset?: string | undefined
  readonly format?: SourceFormat | undefined
  readonly compression?: Compression | undefined
  /** When the task was sent, ms. */
  readonly sentAt: number
}

export type AgeObjectDeps = AgeChunkDeps & {
  readonly config: IcecoreConfig
  readonly hot: HotStore
  readonly register: HotObjectRegister
  /** True while there is time for another landing. */
  readonly hasTime: () => boolean
  /** How much is archived at once; 32 MiB of text unless given. */
  readonly chunk?: ChunkLimit
}

export type AgeObjectOutcome = {
  /**
   * `archived`: every record is kept, and the hot object is gone, or was replaced meanwhile. `kept-in-hot`: the same, but
   * rows too long for the dataset are only in the hot object, so it stays. `gone`: there is no such object (any more).
   * `folder`: nothing but the mark of an empty folder.
   */
  readonly outcome: 'archived' | 'kept-in-hot' | 'gone' | 'folder'
  readonly records: number
  readonly quarantined: number
}

/** The object cannot be aged as it is asked for: the message has to be put right. The object stays where it is. */
export class UnknownHotObject extends Error {
  override readonly name = 'UnknownHotObject'
}

/** Time ran out between two landings; the next attempt passes over those that are done. */
export class MoreToAge extends Error {
  override readonly name = 'MoreToAge'
}

/** Somebody had it begun anew from its first row meanwhile; the next attempt does that. */
export class BegunAnew extends Error {
  override readonly name = 'BegunAnew'
}

const datasetOf = (config: IcecoreConfig, { key, dataset }: ObjectTask): Dataset => {
  const datasets = [...config.datasets.values()]
  const found = datasets.find(({ name, hotPrefix }) =>
    dataset === undefined ? key.startsWith(hotPrefix) : name === dataset,
  )
  if (found !== undefined) return found
  throw new UnknownHotObject(
    dataset === undefined
      ? `key: expected one of the prefixes ${datasets.map(({ hotPrefix }) => hotPrefix).join(', ')}, got ${JSON.stringify(key)}`
      : `dataset: expected one of ${datasets.map(({ name }) => name).join(', ')}, got ${JSON.stringify(dataset)}`,
  )
}

const formatOf = ({ key, format, compression }: ObjectTask) => {
  const guessed = formatOfKey(key)
  const known = format ?? guessed?.format
  if (known === undefined)
    throw new UnknownHotObject(
      `format: expected a key that ends in .ndjson, .jsonl, .json, .csv or .parquet (with .gz or .zst), or a format in the message, got ${JSON.stringify(key)}`,
    )
  return { format: known, compression: compression ?? guessed?.compression ?? 'none' }
}

const openSource = async (hot: HotStore, task: ObjectTask, object: HotObject): Promise<ObjectSource> => {
  const { format, compression } = formatOf(task)
  if (format === 'parquet')
    return { format, source: { bytes: object.bytes, read: (start, end) => hot.read(object, start, end) } }
  return { format, compression, stream: await hot.stream(object) }
}

/** What an object lands and rejects is named after its version, and after how often it was begun anew by hand. */
export const unitOf = ({ key, version }: Pick<HotObject, 'key' | 'version'>, attempt = 0) => {
  const hash = createHash('sha256')
    .update(JSON.stringify([key, version]))
    .digest('hex')
    .slice(0, 32)
  return attempt === 0 ? hash : `${hash}-${attempt}`
}

/** Before the first chunk. */
export const NOTHING_YET: HotObjectProgress = {
  state: 'under-way',
  chunks: 0,
  rows: 0,
  records: 0,
  quarantined: 0,
  keptInHot: 0,
}

/** What consoles and tools put to show an empty folder: it holds nothing, and is left where it is. */
const isFolder = ({ key, bytes }: HotObject): boolean => key.endsWith('/') && bytes === 0

/**
 * Archives every record of one version of a hot object, chunk by chunk in bounded memory, and only then deletes it, if it is
 * still that version (storage rule 7). Damage in the object ends in an error, with all that came before it archived and the
 * hot object kept.
 */
export const ageObject = (deps: AgeObjectDeps) => {
  const { config, hot, register, hasTime, now } = deps
  const age = ageChunk(deps)

  const note = async (object: HotObject, progress: HotObjectProgress) => {
    if ((await register.put(object, progress, now())) === 'begun-anew')
      throw new BegunAnew(`${object.key}: it is to be archived from its first row again`)
  }

  const ageChunks = async (task: ObjectTask, object: HotObject, start: HotObjectProgress) => {
    const dataset = datasetOf(config, task)
    const { maxBodyBytes } = dataset.limits
    const batches = readObject(await openSource(hot, task, object), { maxBodyBytes })
    let progress = start
    const checkTime = () => {
      if (!hasTime())
        throw new MoreToAge(`${object.key}: ${progress.chunks} chunks are archived, more are left`)
    }
    const unit = { dataset, object, unit: unitOf(object, start.attempt), sentAt: task.sentAt, checkTime }
    for await (const chunk of generateAhead(chunksOf(batches, start, deps.chunk), isOfUsualSize)) {
      checkTime()
      const aged = await age(unit, chunk)
      // kept, but not passed over by the next attempt
      if (!chunk.whole) continue
      progress = {
        ...progress,
        state: 'under-way',
        chunks: chunk.index + 1,
        rows: chunk.lastRow,
        records: progress.records + aged.records,
        quarantined: progress.quarantined + aged.quarantined,
        keptInHot: progress.keptInHot + aged.keptInHot,
      }
      await note(object, progress)
    }
    const archived: HotObjectProgress = { ...progress, state: 'archived' }
    await note(object, archived)
    return archived
  }

  return async (task: ObjectTask): Promise<AgeObjectOutcome> => {
    const object = await hot.find(task.key)
    if (object === undefined) return { outcome: 'gone', records: 0, quarantined: 0 }
    if (isFolder(object)) return { outcome: 'folder', records: 0, quarantined: 0 }
    const known = (await register.find(object)) ?? NOTHING_YET
    const done = known.state === 'archived' ? known : await ageChunks(task, object, known)
    const { records, quarantined } = done
    if (done.keptInHot > 0) return { outcome: 'kept-in-hot', records, quarantined }
    await hot.remove(object)
    return { outcome: 'archived', records, quarantined }
  }
}
