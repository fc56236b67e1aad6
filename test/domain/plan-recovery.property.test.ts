import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Commit, isGeneration } from '../../shared/domain/commit.ts'
import { addDigests, formatDigest } from '../../shared/domain/digest.ts'
import { knownIds } from '../../shared/domain/judge-orphan.ts'
import { ledgerOfPartition } from '../../shared/domain/ledger.ts'
import { planRecovery } from '../../shared/domain/plan-recovery.ts'
import { isBehind, lastGeneration, type Snapshot } from '../../shared/domain/snapshot.ts'
import { aHistory, liveRecordsOf, type Step, type Stop } from '../support/partition-history.ts'

const stopArb: fc.Arbitrary<Stop> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Stop>('nowhere') },
  { weight: 1, arbitrary: fc.constant<Stop>('before commit') },
  { weight: 1, arbitrary: fc.constant<Stop>('before snapshot') },
)

const stepArb: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('land' as const),
      records: fc.array(fc.nat(12), { minLength: 1, maxLength: 4 }),
      unit: fc.option(fc.nat(2)),
      stop: stopArb,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('seal' as const),
      parts: fc.integer({ min: 1, max: 3 }),
      skip: fc.integer({ min: 0, max: 1 }),
      stop: stopArb,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('retire' as const), stop: stopArb }) },
  { weight: 2, arbitrary: fc.constant<Step>({ kind: 'sweep' }) },
  { weight: 3, arbitrary: fc.constant<Step>({ kind: 'expire' }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), days: fc.integer({ min: 0, max: 3 }) }),
  },
)

const historyArb = fc.array(stepArb, { minLength: 1, maxLength: 60, size: 'max' }).map(aHistory)

type History = ReturnType<typeof aHistory>

/** Carries a plan out on a log, as conditional appends do. */
const carryOut = (commits: readonly Commit[], appends: readonly Commit[]) =>
  appends.reduce<Commit[]>(
    (log, commit) => {
      if (log.some(({ id }) => id === commit.id)) throw new Error(`${commit.id} is taken`)
      log.push(commit)
      return log
    },
    [...commits],
  )

const recover = ({ snapshot, bucket }: History, commits: readonly Commit[]) => {
  const named = new Set(
    [...commits, ...(snapshot?.commits ?? [])].flatMap(({ segments }) => segments.map(({ key }) => key)),
  )
  const found = [...bucket.values()].map((one) => one.found).filter(({ segment }) => !named.has(segment.key))
  const present = new Set(bucket.keys())
  const plan = planRecovery({ commits, snapshot, present, found })
  return { plan, rebuilt: carryOut(commits, plan.appends) }
}

/** The last seal or retirement is in the snapshot, which is so unless a process died just then. */
const isUpToDate = (log: readonly Commit[], snapshot: Snapshot | undefined) =>
  lastGeneration(log) === lastGeneration(snapshot?.commits ?? [])

const booksOf = (commits: readonly Commit[]) => {
  const { received, archived, duplicates, expired, balanced } = ledgerOfPartition(commits)
  return { balanced, all: [received, archived, duplicates, expired].map(formatDigest) }
}

const lossArb = fc.nat(1000)

/** Nothing, or the log as it was after one of the history's steps. */
const afterLoss = ({ past }: History, loss: number): readonly Commit[] => past[loss % past.length] ?? []

test('[F17] whatever the history, a lost or rolled back log is rebuilt with the same live records and the same books', () => {
  void fc.assert(
    fc.property(historyArb, lossArb, (history, loss) => {
      fc.pre(isUpToDate(history.log, history.snapshot) && history.unfinished.length === 0)
      const { rebuilt } = recover(history, afterLoss(history, loss))
      expect(liveRecordsOf(rebuilt, history.bucket)).toEqual(liveRecordsOf(history.log, history.bucket))
      expect(booksOf(rebuilt)).toEqual(booksOf(history.log))
    }),
    { numRuns: 1500 },
  )
})

test('[F17] where processes died between a put, its commit and its snapshot, no record is lost and none is received twice', () => {
  void fc.assert(
    fc.property(historyArb, lossArb, (history, loss) => {
      const lost = afterLoss(history, loss)
      const { rebuilt } = recover(history, lost)
      // what was put and never committed counts as committed, unless the old log knows it for a repeat
      const known = knownIds(lost, history.snapshot)
      const truth = [...history.log, ...history.unfinished.filter(({ id }) => !known.has(id))]
      const live = liveRecordsOf(rebuilt, history.bucket)
      expect(live).toEqual(expect.arrayContaining([...liveRecordsOf(truth, history.bucket)]))
      const books = ledgerOfPartition(rebuilt)
      expect(books.balanced).toBe(true)
      expect(formatDigest(books.received)).toBe(formatDigest(ledgerOfPartition(truth).received))
      const sum = (commits: readonly Commit[]) => {
        const { archived, duplicates, expired } = ledgerOfPartition(commits)
        return formatDigest(addDigests(archived, duplicates, expired))
      }
      expect(sum(rebuilt)).toBe(sum(truth))
    }),
    { numRuns: 1500 },
  )
})

test('[F17] a rebuild of what a rebuild has made finds nothing to do, and the log then continues its snapshot', () => {
  void fc.assert(
    fc.property(historyArb, lossArb, (history, loss) => {
      const { rebuilt } = recover(history, afterLoss(history, loss))
      expect(isBehind(rebuilt, history.snapshot)).toBe(false)
      expect(recover(history, rebuilt).plan.appends).toEqual([])
    }),
    { numRuns: 1000 },
  )
})

test('[F17] a rebuild that dies after any of its appends is finished by the next one', () => {
  void fc.assert(
    fc.property(historyArb, lossArb, fc.nat(20), (history, loss, survives) => {
      const lost = afterLoss(history, loss)
      const { plan, rebuilt } = recover(history, lost)
      const half = carryOut(lost, plan.appends.slice(0, survives))
      const again = recover(history, half).rebuilt
      expect(liveRecordsOf(again, history.bucket)).toEqual(liveRecordsOf(rebuilt, history.bucket))
      expect(booksOf(again)).toEqual(booksOf(rebuilt))
    }),
    { numRuns: 1000 },
  )
})

/** Log and snapshot are both gone. */
const withoutSnapshot = (history: History) => recover({ ...history, snapshot: undefined }, [])

test('[F17] where the snapshot is lost as well, the segments alone bring every live record back, and balanced books', () => {
  void fc.assert(
    fc.property(historyArb, (history) => {
      const { rebuilt } = withoutSnapshot(history)
      const live = liveRecordsOf(rebuilt, history.bucket)
      expect(live).toEqual(expect.arrayContaining([...liveRecordsOf(history.log, history.bucket)]))
      expect(ledgerOfPartition(rebuilt).balanced).toBe(true)
    }),
    { numRuns: 1000 },
  )
})

test('[F17] the histories hold what the rules above are about', () => {
  const seen = { rolledBack: 0, buried: 0, adopted: 0, restored: 0, retired: 0, sealsAdopted: 0 }
  for (const [history, loss] of fc.sample(fc.tuple(historyArb, lossArb), { numRuns: 1000, seed: 1 })) {
    const lost = afterLoss(history, loss)
    const { plan } = recover(history, lost)
    seen.rolledBack += Number(lost.length > 0 && isBehind(lost, history.snapshot))
    seen.buried += Number(plan.buried.length > 0)
    seen.adopted += Number(plan.adopted > 0)
    seen.restored += Number(plan.restored > 0)
    seen.retired += Number(
      plan.appends.some(({ segments, replaces }) => segments.length === 0 && replaces.length > 0),
    )
    seen.sealsAdopted += Number(withoutSnapshot(history).plan.appends.some(({ id }) => isGeneration(id)))
  }
  for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(5)
})
