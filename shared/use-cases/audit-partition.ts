import {
  type AuditedObject,
  type Finding,
  type FindingCode,
  planAudit,
  putSince,
  type Suspicion,
} from '../domain/audit.ts'
import { expireTasks } from '../domain/expire-tasks.ts'
import { parseSegmentKey } from '../domain/keys.ts'
import { alignHolding, holdingOf } from '../domain/plan-thaw.ts'
import type { PartitionRef } from '../domain/segment.ts'
import { forkedIds, isBehind, worthKeeping } from '../domain/snapshot.ts'
import type { Holdings, PartitionState } from '../ports/catalog.ts'
import type { ExpireQueue } from '../ports/queues.ts'
import type { KeptSnapshot } from '../ports/snapshots.ts'
import { auditIndex, type SegmentFault } from './audit-segments.ts'
import { examineOrphans } from './examine-orphans.ts'
import { type RecoverDeps, recoverPartition, withIndexes } from './recover-partition.ts'

export type PartitionAuditDeps = RecoverDeps & {
  readonly holdings: Holdings
  readonly expireQueue: ExpireQueue
}

/** What a bucket had of a partition at a time: by lists, or by an inventory. */
export type PartitionObjects = { readonly objects: readonly AuditedObject[]; readonly listedAt: number }

type Fault = Omit<SegmentFault, 'key'> & { readonly key: string | null }

const fault = (code: FindingCode, key: string | null, detail: string, repaired = false): Fault => ({
  code,
  key,
  detail,
  repaired,
})

/** A list is of an earlier moment, so what it shows is looked at again before anything is told or repaired. */
const confirm =
  (deps: PartitionAuditDeps, ref: PartitionRef, { holdings }: PartitionState) =>
  async ({ code, segment }: Suspicion): Promise<readonly Fault[]> => {
    if (code === 'index-missing') return auditIndex(deps)(segment)
    const facts = await deps.reader.head(segment.key)
    if (facts === undefined) return [fault('segment-missing', segment.key, 'the bucket does not have it')]
    if (code === 'segment-missing') return []
    if (facts.bytes !== segment.bytes)
      return [fault('size-differs', segment.key, `expected ${segment.bytes} bytes, got ${facts.bytes}`)]
    if (code === 'size-differs') return []
    const known = holdings.get(segment.id)
    const before = holdingOf(segment, known)
    const seen = alignHolding(before, facts, deps.now())
    if (code === 'move-overdue')
      return seen.target === null
        ? []
        : [fault(code, segment.key, `expected ${seen.target}, got ${facts.storageClass}`)]
    if (seen.storageClass === before.storageClass) return []
    const repaired = (await deps.holdings.put(ref, seen, known)) === 'put'
    return [fault(code, segment.key, `expected ${before.storageClass}, got ${facts.storageClass}`, repaired)]
  }

const settleOrphans = async (
  deps: PartitionAuditDeps,
  ref: PartitionRef,
  facts: Parameters<ReturnType<typeof examineOrphans>>[0],
): Promise<readonly Fault[]> => {
  const faults: Fault[] = []
  const redundant: string[] = []
  for (const [key, one] of await examineOrphans(deps.reader)(facts)) {
    // what went since the list was made is nobody's orphan
    if (one.kind === 'gone') continue
    if (one.kind === 'unclear')
      faults.push(
        fault('orphan-unclear', key, 'no commit names it, and it does not tell whether it is needed'),
      )
    else if (one.kind === 'redundant') {
      redundant.push(key)
      faults.push(fault('orphan-redundant', key, 'its records are in the archive without it', true))
    } else {
      await deps.registry.expect(ref, deps.now())
      const missing = new Set(one.withoutIndex.map((segment) => segment.key))
      const outcome = await deps.log.append(ref, await withIndexes(deps, one.commit, missing))
      faults.push(fault('orphan-adopted', key, one.commit.id, outcome === 'committed'))
    }
  }
  const tasks = expireTasks(ref, [], redundant)
  if (tasks.length > 0) await deps.expireQueue.send(tasks)
  return faults
}

const auditSnapshot = async (
  deps: PartitionAuditDeps,
  ref: PartitionRef,
  kept: KeptSnapshot,
  { commits }: PartitionState,
): Promise<readonly Fault[]> => {
  if (!kept.damaged) return []
  const snapshot = { ...ref, commits: worthKeeping(commits), takenAt: deps.now() }
  // of a log that may be lost too, the older versions of the object are all that tells
  const repaired = commits.length > 0 && (await deps.snapshots.write(snapshot, kept.version)) === 'written'
  return [fault('snapshot-damaged', null, 'it is no snapshot of this partition', repaired)]
}

/**
 * Compares a partition's objects with the catalog, both ways; repairs what can be repaired without a choice, and tells the
 * rest. The objects must have been listed before this reads the log.
 */
export const auditPartition =
  (deps: PartitionAuditDeps) =>
  async (ref: PartitionRef, { objects, listedAt }: PartitionObjects): Promise<readonly Finding[]> => {
    const kept = await deps.snapshots.read(ref)
    const state = await deps.log.read(ref)
    const faults: Fault[] = []
    const forked = forkedIds(state.commits, kept.snapshot)
    if (forked.length > 0) faults.push(fault('catalog-forked', null, forked.join(', ')))
    else if (isBehind(state.commits, kept.snapshot)) {
      const { restored, adopted } = await recoverPartition(deps, { dryRun: false })(ref)
      const detail = `${restored} commits from the snapshot and ${adopted} from segments`
      faults.push(fault('catalog-behind', null, detail, true))
    } else {
      const now = deps.now()
      const plan = planAudit({ ...state, stored: objects, listedAt, now })
      const check = confirm(deps, ref, state)
      for (const suspicion of plan.suspicions) faults.push(...(await check(suspicion)))
      const present = new Set([
        ...objects.map(({ key }) => key).filter((key) => parseSegmentKey(key) !== undefined),
        ...putSince(state.commits, listedAt).map(({ key }) => key),
      ])
      const facts = { commits: state.commits, snapshot: kept.snapshot, present, keys: plan.orphanKeys }
      faults.push(...(await settleOrphans(deps, ref, facts)))
      for (const key of plan.foreignKeys)
        if ((await deps.reader.head(key)) !== undefined)
          faults.push(fault('object-foreign', key, 'it is no object of icecore, or is left over'))
      if (!plan.isBalanced) faults.push(fault('books-unbalanced', null, 'received is not what became of it'))
      faults.push(...(await auditSnapshot(deps, ref, kept, state)))
    }
    return faults.map((one) => ({ ...ref, ...one }))
  }
