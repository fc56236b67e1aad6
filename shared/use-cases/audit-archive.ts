import { ADVICE, FINDINGS, type Finding, type FindingKind } from '../domain/audit.ts'
import { type AuditCursor, ahead, isResting, passed, passOver, type Walk } from '../domain/audit-cursor.ts'
import { liveSegments } from '../domain/commit.ts'
import type { IcecoreConfig } from '../domain/config.ts'
import { DAY, HOUR } from '../domain/duration.ts'
import { indexPrefix, parseIndexKey, parseSegmentKey, segmentPrefix } from '../domain/keys.ts'
import { messageOf } from '../domain/message-of.ts'
import type { PartitionRef } from '../domain/segment.ts'
import { isBehind } from '../domain/snapshot.ts'
import type { AuditMetrics } from '../ports/archive-metrics.ts'
import type { AuditReport, AuditReports } from '../ports/audit-reports.ts'
import type { Inventory } from '../ports/inventory.ts'
import type { FolderLister } from '../ports/segment-store.ts'
import { auditPartition, type PartitionAuditDeps, type PartitionObjects } from './audit-partition.ts'
import { auditSegment } from './audit-segments.ts'
import { findStoredPartitions } from './find-stored-partitions.ts'

export type AuditDeps = PartitionAuditDeps & {
  readonly config: IcecoreConfig
  readonly folders: FolderLister
  readonly inventory: Inventory
  readonly reports: AuditReports
  readonly metrics: AuditMetrics
  /** True while there is time for more. */
  readonly hasTime: () => boolean
  readonly budget: {
    /** Partitions to list in a run. */
    readonly partitions: number
    /** Bytes of segments to read in a run; one segment is read whatever its size. */
    readonly bytes: number
    /** Segments to look into in a run, most of which are cold and cost a few requests. */
    readonly segments: number
    /** How often (ms) all is compared, and read, at most: reading costs money in some classes. */
    readonly compareEvery: number
    readonly readEvery: number
  }
}

export type AuditSummary = Pick<
  AuditReport,
  'partitions' | 'segments' | 'bytes' | 'findings' | 'repaired' | 'listedWithin' | 'readWithin'
> & {
  /** True when another audit came between: what this one found stands, how far it came does not. */
  readonly outrun: boolean
}

/** A bucket whose partitions are not listed within a day is compared by its inventory, so many times more at once. */
const RUNS_A_DAY = 24
const BY_INVENTORY = 20
const OLDEST_INVENTORY = 3 * DAY
const MOST_TOLD = 1000

const nameOf = ({ dataset, partition }: PartitionRef) => `${dataset} ${partition}`

/** `isNew`: only the bucket knows it. */
type KnownPartition = { readonly name: string; readonly ref: PartitionRef; readonly isNew: boolean }

/** All that bucket or registry know, by name. The registry tells of a dataset only to who names it. */
const findPartitions = async (
  deps: AuditDeps,
  { datasets: seen }: AuditCursor,
): Promise<readonly KnownPartition[]> => {
  // what is put anywhere was registered before, so the bucket is looked at first
  const stored = await findStoredPartitions(deps)
  const known = new Map<string, KnownPartition>()
  const add = (ref: PartitionRef, isNew: boolean) => {
    const name = nameOf(ref)
    if (!known.has(name)) known.set(name, { name, ref, isNew })
  }
  const configured = deps.config.datasets.keys()
  const datasets = new Set([...configured, ...stored.map(({ dataset }) => dataset), ...seen])
  for (const dataset of datasets)
    for await (const { partition } of deps.registry.list(dataset)) add({ dataset, partition }, false)
  for (const ref of stored) add(ref, true)
  return [...known.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

type ObjectsOf = (ref: PartitionRef) => Promise<PartitionObjects>

const byLists =
  ({ lister, now }: AuditDeps): ObjectsOf =>
  async (ref) => {
    const listedAt = now()
    const objects: PartitionObjects['objects'][number][] = []
    for (const prefix of [segmentPrefix('landing', ref), segmentPrefix('sealed', ref), indexPrefix(ref)])
      for await (const object of lister.list(prefix)) objects.push(object)
    return { objects, listedAt }
  }

/** One reading of the newest inventory for all of these partitions; undefined where there is none that is new enough. */
const byInventory = async (deps: AuditDeps, names: ReadonlySet<string>): Promise<ObjectsOf | undefined> => {
  const inventory = await deps.inventory.latest()
  if (inventory === undefined || inventory.takenAt + OLDEST_INVENTORY < deps.now()) return undefined
  const objects = new Map<string, PartitionObjects['objects'][number][]>()
  for await (const object of inventory.objects()) {
    const named = parseSegmentKey(object.key) ?? parseIndexKey(object.key)
    const name = named && nameOf(named)
    if (name === undefined || !names.has(name)) continue
    const own = objects.get(name) ?? []
    own.push(object)
    objects.set(name, own)
  }
  return async (ref) => ({ objects: objects.get(nameOf(ref)) ?? [], listedAt: inventory.takenAt })
}

const walkLists = async (deps: AuditDeps, before: Walk, known: readonly KnownPartition[]) => {
  const { budget } = deps
  const unusable: unknown[] = []
  if (isResting(before, deps.now())) return { findings: [], count: 0, walk: before, unusable }
  const waiting = ahead(known, before)
  const large = known.length > budget.partitions * RUNS_A_DAY
  const many = waiting.slice(0, budget.partitions * BY_INVENTORY)
  const names = new Set(many.map(({ name }) => name))
  const inventoried = large
    ? await byInventory(deps, names).catch((error: unknown) => void unusable.push(error))
    : undefined
  const objectsOf = inventoried ?? byLists(deps)
  const audit = auditPartition(deps)
  const findings: Finding[] = []
  let walk = before
  let count = 0
  for (const { name, ref, isNew } of inventoried === undefined ? waiting.slice(0, budget.partitions) : many) {
    if (!deps.hasTime()) break
    try {
      if (isNew) {
        await deps.registry.expect(ref, deps.now())
        findings.push({
          ...ref,
          code: 'partition-unknown',
          key: null,
          detail: 'it was in no list',
          repaired: true,
        })
      }
      findings.push(...(await audit(ref, await objectsOf(ref))))
    } catch (error) {
      findings.push({ ...ref, code: 'not-audited', key: null, detail: messageOf(error), repaired: false })
    }
    walk = passed(walk, name)
    count += 1
  }
  const ended = ahead(known, walk).length === 0
  const next = ended ? passOver(walk, deps.now(), budget.compareEvery) : walk
  return { findings, count, walk: next, unusable }
}

const walkReads = async (deps: AuditDeps, before: Walk, known: readonly KnownPartition[]) => {
  const { budget, now } = deps
  const look = auditSegment(deps)
  const findings: Finding[] = []
  const spent = { segments: 0, bytes: 0 }
  let walk = before
  if (isResting(walk, now())) return { findings, spent, walk }
  const visit = async (ref: PartitionRef): Promise<'done' | 'full'> => {
    const { snapshot } = await deps.snapshots.read(ref)
    const { commits } = await deps.log.read(ref)
    if (isBehind(commits, snapshot)) return 'done'
    const live = liveSegments(commits).toSorted((a, b) => (a.id < b.id ? -1 : 1))
    for (const segment of live) {
      if (walk.segment !== null && segment.id <= walk.segment) continue
      // put within the hour, its object was read back just then
      if (segment.createdAt + HOUR > now()) continue
      const tooMuch = spent.bytes > 0 && spent.bytes + segment.bytes > budget.bytes
      if (tooMuch || spent.segments >= budget.segments || !deps.hasTime()) return 'full'
      const { faults, bytes } = await look(segment, true)
      findings.push(...faults.map((fault) => ({ ...ref, ...fault })))
      spent.segments += 1
      spent.bytes += bytes
      walk = { ...walk, segment: segment.id }
    }
    return 'done'
  }
  for (const { name, ref } of ahead(known, before)) {
    if (!deps.hasTime()) break
    try {
      if ((await visit(ref)) === 'full') break
    } catch (error) {
      findings.push({ ...ref, code: 'not-audited', key: null, detail: messageOf(error), repaired: false })
    }
    walk = passed(walk, name)
  }
  const ended = ahead(known, walk).length === 0
  return { findings, spent, walk: ended ? passOver(walk, now(), budget.readEvery) : walk }
}

const countKinds = (findings: readonly Finding[]): Record<FindingKind, number> => {
  const kinds = { orphan: 0, phantom: 0, mismatch: 0 }
  for (const { code } of findings) kinds[FINDINGS[code]] += 1
  return kinds
}

/**
 * One run of the audit: goes on where the last one stopped, through partitions that it compares and through segments that it
 * looks into, as far as time and budget reach, so that all are covered over several runs. Tells what it found.
 */
export const auditArchive = (deps: AuditDeps) => async (): Promise<AuditSummary> => {
  const { reports, now, metrics } = deps
  const startedAt = now()
  const { cursor, version } = await reports.cursor(startedAt)
  const known = await findPartitions(deps, cursor)
  const lists = await walkLists(deps, cursor.lists, known)
  const reads = await walkReads(deps, cursor.reads, known)
  const findings = [...lists.findings, ...reads.findings]
  const datasets = new Set([...deps.config.datasets.keys(), ...known.map(({ ref }) => ref.dataset)])
  const next: AuditCursor = { lists: lists.walk, reads: reads.walk, datasets: [...datasets].toSorted() }
  const summary = {
    partitions: lists.count,
    segments: reads.spent.segments,
    bytes: reads.spent.bytes,
    findings: findings.length,
    repaired: findings.filter(({ repaired }) => repaired).length,
    listedWithin: now() - lists.walk.since,
    readWithin: now() - reads.walk.since,
  }
  const told = findings.slice(0, MOST_TOLD).map((finding) => ({
    ...finding,
    advice: finding.repaired ? null : (ADVICE[finding.code] ?? null),
  }))
  await reports.write({ startedAt, endedAt: now(), ...summary, kinds: countKinds(findings), told })
  const outrun = (await reports.move(next, version)) === 'changed'
  metrics.audited({
    segments: summary.segments,
    repairs: summary.repaired,
    age: Math.max(summary.listedWithin, summary.readWithin),
    findings: countKinds(findings),
  })
  const [cause] = lists.unusable
  if (cause !== undefined)
    throw new Error(
      `the newest inventory cannot be used, and partitions were listed one by one: ${messageOf(cause)}`,
      { cause },
    )
  return { ...summary, outrun }
}
