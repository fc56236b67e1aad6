import { indexKey, parseSegmentKey } from '../domain/keys.ts'
import { isRemovableOrphan, removableCommits } from '../domain/plan-sweep.ts'
import type { CommitLog } from '../ports/catalog.ts'
import type { Clock } from '../ports/clock.ts'
import type { ExpireTask } from '../ports/queues.ts'
import type { SegmentRemover } from '../ports/segment-store.ts'

export type ExpireDeps = { readonly log: CommitLog; readonly remover: SegmentRemover; readonly now: Clock }

/**
 * Removes what a task names, as far as it is still dead or orphaned and past its grace by a fresh, consistent read: a task
 * is a hint, never an order. Objects go before the catalog's item, so that a crash leaves something to find.
 */
export const expireObjects =
  ({ log, remover, now }: ExpireDeps) =>
  async ({ commitIds, orphanKeys, ...ref }: ExpireTask): Promise<{ commits: number; objects: number }> => {
    const { commits } = await log.read(ref)
    const at = now()
    const named = new Set(commitIds)
    const dead = removableCommits(commits, at).filter(({ id }) => named.has(id))
    let objects = 0
    for (const commit of dead) {
      for (const segment of commit.segments) {
        await remover.remove(segment.indexKey)
        await remover.remove(segment.key)
        objects += 2
      }
      await log.remove(ref, commit)
    }
    for (const key of orphanKeys) {
      const parsed = parseSegmentKey(key)
      if (parsed === undefined || !isRemovableOrphan(key, commits, at)) continue
      if (parsed.dataset !== ref.dataset || parsed.partition !== ref.partition) continue
      await remover.remove(indexKey(ref, parsed.segmentId))
      await remover.remove(key)
      objects += 2
    }
    return { commits: dead.length, objects }
  }
