import { expect, test } from 'vitest'
import { emptyBooks, fenceOf } from '../../shared/domain/commit.ts'
import type { FoundSegment } from '../../shared/domain/found-segment.ts'
import { planRecovery } from '../../shared/domain/plan-recovery.ts'
import { isInSnapshot, parseSnapshotKey, type Snapshot, snapshotKey } from '../../shared/domain/snapshot.ts'
import { aCommit, aSegment, NOON } from '../support/builders.ts'

const ref = { dataset: 'orders', partition: '2024-03-10' }
const aSnapshot = (parts: Partial<Snapshot>): Snapshot => ({ ...ref, takenAt: NOON, commits: [], ...parts })
const nothing = { present: new Set<string>(), found: [] }

test('[F17] a log that contradicts its snapshot is told, and nothing is appended', () => {
  const one = aCommit({ id: 'G#000001', replaces: ['L#a'] })
  const other = { ...one, replaces: ['L#b'] }
  const lost = aCommit({ id: 'L#lost' })
  const plan = planRecovery({ commits: [one], snapshot: aSnapshot({ commits: [other, lost] }), ...nothing })
  expect(plan).toEqual({ appends: [], restored: 0, adopted: 0, buried: [], forked: ['G#000001'] })
})

test('[F17] what is dead everywhere is buried before the log continues its snapshot', () => {
  const dead = aCommit({ id: 'L#dead', segments: [aSegment({ createdAt: NOON - 1 })] })
  const old = aCommit({ id: 'G#000001', segments: [] })
  const last = aCommit({ id: 'G#000003', segments: [aSegment({ kind: 'sealed' })], replaces: ['G#000002'] })
  const fresh = aCommit({ id: 'L#fresh', segments: [aSegment({ createdAt: NOON + 1 })] })
  const commits = [dead, old, fresh, fenceOf('L#fence', NOON)]
  const { appends, buried } = planRecovery({ commits, snapshot: aSnapshot({ commits: [last] }), ...nothing })
  expect(buried).toEqual(['L#dead', 'G#000001'])
  expect(appends).toMatchObject([
    { id: 'G#000004', segments: [], replaces: ['L#dead', 'G#000001'], books: emptyBooks },
    { id: 'G#000003' },
  ])
})

test('[F17] seals that name each other, or themselves, as what they were made from are not taken in', () => {
  const books = { ...emptyBooks, received: aSegment().records }
  const aSeal = (commit: string, replaces: readonly string[]): FoundSegment => ({
    segment: aSegment({ kind: 'sealed' }),
    commit,
    replaces,
    books,
    part: { run: commit, number: 1, last: true },
  })
  const sound = aSeal('G#000003', ['L#gone'])
  const circle = [
    aSeal('G#000001', ['G#000002']),
    aSeal('G#000002', ['G#000001']),
    aSeal('G#000004', ['G#000004']),
  ]
  const planOf = (found: readonly FoundSegment[]) =>
    planRecovery({ commits: [], snapshot: undefined, present: new Set(), found }).appends.map(({ id }) => id)
  expect(planOf([...circle, sound])).toEqual(['G#000003', 'G#000002'])
  expect(planOf([circle[0] ?? sound, sound])).toEqual(['G#000003'])
})

test('a snapshot has a key of its own, and no other key is one', () => {
  expect(parseSnapshotKey(snapshotKey(ref))).toEqual(ref)
  for (const key of [
    'catalog/x',
    'catalog/dataset=orders/partition=.json',
    'sealed/dataset=a/partition=2024-03-10.json',
  ])
    expect(parseSnapshotKey(key)).toBeUndefined()
})

test('a fence is not worth a snapshot', () => {
  expect(isInSnapshot([fenceOf('L#x', NOON)], undefined)).toBe(true)
  expect(isInSnapshot([aCommit()], undefined)).toBe(false)
})
