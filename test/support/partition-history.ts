import { toStringMethod } from 'fast-check'
import {
  addBooks,
  type Commit,
  emptyBooks,
  liveCommits,
  nextGenerationId,
} from '../../shared/domain/commit.ts'
import { addDigests, type Digest, emptyDigest, subtractDigests } from '../../shared/domain/digest.ts'
import { DAY } from '../../shared/domain/duration.ts'
import { type FoundSegment, landingCommitOf } from '../../shared/domain/found-segment.ts'
import { knownIds } from '../../shared/domain/judge-orphan.ts'
import { GRACE, removableCommits } from '../../shared/domain/plan-sweep.ts'
import type { Segment } from '../../shared/domain/segment.ts'
import {
  isBehind,
  isCovered,
  isInSnapshot,
  type Snapshot,
  worthKeeping,
} from '../../shared/domain/snapshot.ts'
import { aSegment, NOON } from './builders.ts'

/** Where a step dies: before its commit, or after it and before the snapshot. */
export type Stop = 'nowhere' | 'before commit' | 'before snapshot'

export type Step =
  | {
      readonly kind: 'land'
      readonly records: readonly number[]
      readonly unit: number | null
      readonly stop: Stop
    }
  | { readonly kind: 'seal'; readonly parts: number; readonly skip: number; readonly stop: Stop }
  | { readonly kind: 'retire'; readonly stop: Stop }
  | { readonly kind: 'sweep' }
  | { readonly kind: 'expire' }
  | { readonly kind: 'wait'; readonly days: number }

const REF = { dataset: 'orders', partition: '2024-03-10' }

/** Digests that add up as real ones do: no two sets of records share one. */
const digestOf = (records: readonly number[]): Digest =>
  records.reduce(
    (sum, record) =>
      addDigests(sum, { count: 1, upper: 1n << BigInt(8 * record), lower: BigInt(record + 1) }),
    emptyDigest,
  )

type Stored = { readonly found: FoundSegment; readonly records: readonly number[] }

/**
 * A partition's log, its objects and its snapshot, as landing, sealing, retiring, sweeping and expiring make them, each of
 * which may die on the way. Only what is known of a segment is kept, not its bytes.
 */
export const aHistory = (steps: readonly Step[]) => {
  let now = NOON
  let runs = 0
  let log: readonly Commit[] = []
  let snapshot: Snapshot | undefined
  const bucket = new Map<string, Stored>()
  const past: (readonly Commit[])[] = [[]]

  const append = (commit: Commit) => {
    if (log.some(({ id }) => id === commit.id)) return
    log = [...log, commit]
    past.push(log)
  }
  const keep = () => {
    if (isBehind(log, snapshot)) throw new Error('a log that was not touched is behind its snapshot')
    if (!isInSnapshot(log, snapshot)) snapshot = { ...REF, commits: worthKeeping(log), takenAt: now }
  }
  const recordsOf = ({ segments }: Commit) => segments.flatMap(({ key }) => bucket.get(key)?.records ?? [])
  const put = (
    records: readonly number[],
    kind: Segment['kind'],
    about: (segment: Segment) => Omit<FoundSegment, 'segment'>,
  ) => {
    const segment = aSegment({ ...REF, kind, records: digestOf(records), createdAt: now })
    bucket.set(segment.key, { found: { ...about(segment), segment }, records })
    return segment
  }

  const land = ({ records, unit, stop }: Step & { kind: 'land' }) => {
    const kept = [...new Set(records)]
    const books = {
      received: digestOf(records),
      duplicates: subtractDigests(digestOf(records), digestOf(kept)),
      expired: emptyDigest,
    }
    const nameOfUnit = `L#unit-${unit}-${records.join('-')}`
    const nameFor = ({ id }: Segment) => (unit === null ? `L#${id}` : nameOfUnit)
    // what became of an old attempt is not looked up once its commit has gone: that is a repeat, not a loss
    const isForgotten = (id: string) =>
      past.some((commits) => commits.some((one) => one.id === id)) && !log.some((one) => one.id === id)
    if (unit !== null && isForgotten(nameOfUnit)) return
    const segment = put(kept, 'landing', (one) => ({ commit: nameFor(one), replaces: [], books, part: null }))
    const commit = { id: nameFor(segment), segments: [segment], replaces: [], books, committedAt: now }
    if (stop !== 'before commit') append(commit)
  }

  const seal = ({ parts, skip, stop }: Step & { kind: 'seal' }) => {
    const inputs = liveCommits(log)
      .filter(({ segments }) => segments.length > 0)
      .slice(skip)
    if (!inputs.some(({ segments }) => segments.some(({ kind }) => kind === 'landing'))) return
    const all = inputs.flatMap(recordsOf)
    const kept = [...new Set(all)].toSorted((a, b) => a - b)
    const books = addBooks(...inputs.map((input) => input.books))
    const id = nextGenerationId(log)
    const replaces = inputs.map((input) => input.id)
    runs += 1
    const size = Math.ceil(kept.length / parts)
    const cuts = Array.from({ length: Math.ceil(kept.length / size) }, (_, at) =>
      kept.slice(at * size, (at + 1) * size),
    )
    const segments = cuts.map((cut, at) =>
      put(cut, 'sealed', () => ({
        commit: id,
        replaces,
        books,
        part: { run: `run-${runs}`, number: at + 1, last: at === cuts.length - 1 },
      })),
    )
    if (stop === 'before commit') return
    const dropped = subtractDigests(digestOf(all), digestOf(kept))
    append({
      id,
      segments,
      replaces,
      books: addBooks(books, { ...emptyBooks, duplicates: dropped }),
      committedAt: now,
    })
    if (stop === 'nowhere') keep()
  }

  const retire = (stop: Stop) => {
    const live = liveCommits(log).filter(({ segments }) => segments.length > 0)
    if (live.length === 0 || stop === 'before commit') return
    const books = addBooks(...live.map((commit) => commit.books))
    append({
      id: nextGenerationId(log),
      segments: [],
      replaces: live.map(({ id }) => id),
      books: addBooks(books, { ...emptyBooks, expired: digestOf(live.flatMap(recordsOf)) }),
      committedAt: now,
    })
    if (stop === 'nowhere') keep()
  }

  const expire = () => {
    for (const commit of removableCommits(log, now)) {
      if (!isCovered(commit, snapshot)) continue
      for (const { key } of commit.segments) bucket.delete(key)
      log = log.filter(({ id }) => id !== commit.id)
      past.push(log)
    }
  }

  for (const step of steps) {
    now += 60_000
    if (step.kind === 'land') land(step)
    else if (step.kind === 'seal') seal(step)
    else if (step.kind === 'retire') retire(step.stop)
    else if (step.kind === 'sweep') keep()
    else if (step.kind === 'expire') expire()
    else now += step.days * DAY
  }

  /** Landings that a rebuild must take for committed: nobody can tell that they were not. */
  const known = knownIds(log, snapshot)
  const unfinished = new Map<string, Commit>()
  for (const { found } of bucket.values())
    if (
      found.segment.kind === 'landing' &&
      !known.has(found.commit) &&
      found.segment.createdAt + GRACE > (snapshot?.takenAt ?? 0)
    )
      unfinished.set(found.commit, landingCommitOf(found))
  return {
    log,
    past,
    snapshot,
    bucket,
    unfinished: [...unfinished.values()],
    // what a failing property prints
    [toStringMethod]: () => JSON.stringify(steps),
  }
}

export const liveRecordsOf = (
  commits: readonly Commit[],
  bucket: ReadonlyMap<string, Pick<Stored, 'records'>>,
): readonly number[] => {
  const records = liveCommits(commits).flatMap(({ segments }) =>
    segments.flatMap(({ key }) => {
      const stored = bucket.get(key)
      if (stored === undefined) throw new Error(`${key} is alive and not there`)
      return stored.records
    }),
  )
  return [...new Set(records)].toSorted((a, b) => a - b)
}
