import { quarantineKey } from '../domain/keys.ts'
import { messageOf } from '../domain/message-of.ts'
import type { PartitionRef } from '../domain/segment.ts'
import type { QuarantineObject, QuarantineObjects, QuarantineRegister } from '../ports/quarantine.ts'
import type { FolderLister } from '../ports/segment-store.ts'
import { mapBounded } from './bounded.ts'
import { findStoredPartitions } from './find-stored-partitions.ts'
import { type RecoverDeps, type Recovered, recoverPartition } from './recover-partition.ts'

export type RebuildDeps = RecoverDeps & {
  readonly folders: FolderLister
  readonly quarantineObjects: QuarantineObjects
  readonly quarantineRegister: QuarantineRegister
}

export type Progress = { readonly done: number; readonly of: number }

type Failure = { readonly what: string; readonly why: string }

export type Rebuilt = Record<'partitions' | 'restored' | 'adopted' | 'buried' | 'quarantined', number> & {
  /** Partitions whose log and snapshot contradict each other. */
  readonly forked: readonly PartitionRef[]
  /** The first of the keys that do not tell what they are. */
  readonly unreadable: readonly string[]
  readonly failed: readonly Failure[]
}

const AT_ONCE = 8
const QUARANTINE_PAGE = 64
const MOST_NAMED = 1000

type Attempt = <Result>(what: string, work: () => Promise<Result>) => Promise<Result | undefined>

/** How many units were booked. One that cannot be, or does not tell what it is, is told of by its key. */
const rebuildQuarantine = async (
  { quarantineObjects, quarantineRegister }: RebuildDeps,
  { dryRun, attempt }: { readonly dryRun: boolean; readonly attempt: Attempt },
): Promise<number> => {
  let count = 0
  const book = (object: QuarantineObject) =>
    attempt(quarantineKey(object.dataset, object.name), async () => {
      const unit = await quarantineObjects.describe(object)
      if (!dryRun) await quarantineRegister.book(unit)
      count += 1
    })
  let page: QuarantineObject[] = []
  for await (const object of quarantineObjects.list()) {
    page.push(object)
    if (page.length < QUARANTINE_PAGE) continue
    await mapBounded(page, AT_ONCE, book)
    page = []
  }
  await mapBounded(page, AT_ONCE, book)
  return count
}

/**
 * Makes the catalog again from the archive bucket alone: every partition's log, the books of quarantine, and what the sweep
 * has to look at. On an empty table and on one that was rolled back. What cannot be done is told, and keeps nothing else from
 * being done. What only the catalog held is not brought back: rehydrations, and how far hot objects had been archived.
 */
export const rebuildCatalog =
  (deps: RebuildDeps) =>
  async (options: {
    readonly dryRun: boolean
    readonly onProgress?: (progress: Progress) => void
  }): Promise<Rebuilt> => {
    const { dryRun, onProgress } = options
    const refs = await findStoredPartitions(deps)
    const recover = recoverPartition(deps, { dryRun })
    const failed: Failure[] = []
    const attempt: Attempt = async (what, work) => {
      try {
        return await work()
      } catch (error) {
        failed.push({ what, why: messageOf(error) })
        return undefined
      }
    }
    let done = 0
    const outcomes = await mapBounded(refs, AT_ONCE, async (ref) => {
      const recovered = await attempt(`${ref.dataset} ${ref.partition}`, () => recover(ref))
      done += 1
      onProgress?.({ done, of: refs.length })
      return recovered && { ref, recovered }
    })
    const whole = outcomes.filter((one) => one !== undefined)
    const quarantined = await attempt('quarantine', () => rebuildQuarantine(deps, { dryRun, attempt }))
    const sum = (of: (recovered: Recovered) => number) =>
      whole.reduce((total, { recovered }) => total + of(recovered), 0)
    return {
      partitions: refs.length,
      restored: sum(({ restored }) => restored),
      adopted: sum(({ adopted }) => adopted),
      buried: sum(({ buried }) => buried),
      quarantined: quarantined ?? 0,
      forked: whole.filter(({ recovered }) => recovered.forked.length > 0).map(({ ref }) => ref),
      unreadable: whole.flatMap(({ recovered }) => recovered.unreadable).slice(0, MOST_NAMED),
      failed,
    }
  }
