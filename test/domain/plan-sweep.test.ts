import { expect, test } from 'vitest'
import { nextGenerationId } from '../../shared/domain/commit.ts'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import { indexKey, segmentKey } from '../../shared/domain/keys.ts'
import {
  GRACE,
  isRemovableOrphan,
  planSweep,
  removableCommits,
  type SweepFacts,
} from '../../shared/domain/plan-sweep.ts'
import { holdingOf, withThaw } from '../../shared/domain/plan-thaw.ts'
import { makeUlid } from '../../shared/domain/ulid.ts'
import { aCommit, aDataset, aSegment, NOON } from '../support/builders.ts'

const ref = { dataset: 'orders', partition: '2024-03-10' }
const END = Date.parse('2024-03-11T00:00:00Z')

const facts = (parts: Partial<SweepFacts>): SweepFacts => ({
  ref,
  dataset: aDataset(),
  commits: [],
  holdings: new Map(),
  waiters: [],
  stored: (parts.commits ?? []).flatMap(({ segments }) =>
    segments.map(({ key, storageClass }) => ({ key, storageClass, restore: null })),
  ),
  now: END + DAY,
  ...parts,
})

const anObject = (key: string) => ({ key, storageClass: 'STANDARD', restore: null }) as const

const sealed = aSegment({ kind: 'sealed' })
const sealedCommit = aCommit({ id: 'G#000001', segments: [sealed] })

test('a quiet partition is sent to be sealed', () => {
  expect(planSweep(facts({ commits: [aCommit()] })).seal).toBe(true)
  expect(planSweep(facts({ commits: [aCommit()], now: END })).seal).toBe(false)
})

test('a sealed segment is tagged for the class of its age once, and never upward', () => {
  const now = END + 40 * DAY
  const first = planSweep(facts({ commits: [sealedCommit], now }))
  expect(first.move).toMatchObject([{ segment: sealed, next: { target: 'GLACIER_IR', taggedAt: now } }])
  const [change] = first.move
  if (change === undefined) throw new Error('no move was planned')
  const holdings = new Map([[sealed.id, change.next]])
  expect(planSweep(facts({ commits: [sealedCommit], holdings, now: now + HOUR })).move).toEqual([])
  const colder = [{ key: sealed.key, storageClass: 'DEEP_ARCHIVE', restore: null } as const]
  expect(planSweep(facts({ commits: [sealedCommit], stored: colder, now })).move).toEqual([])
})

test('a thaw whose event was lost is seen to be over, once', () => {
  const cold = aSegment({ kind: 'sealed', storageClass: 'GLACIER' })
  const commits = [aCommit({ id: 'G#000001', segments: [cold] })]
  const asked = withThaw(holdingOf(cold, undefined), { tier: 'Bulk', now: NOON, until: END, days: 3 })
  const restored = (ongoing: boolean) => [
    {
      key: cold.key,
      storageClass: 'GLACIER',
      restore: { ongoing, readableUntil: ongoing ? null : END + 3 * DAY },
    } as const,
  ]
  const at = NOON + 9 * HOUR
  const look = (holdings: SweepFacts['holdings'], ongoing: boolean) =>
    planSweep(facts({ commits, holdings, stored: restored(ongoing), now: at }))
  const waiting = new Map([[cold.id, asked]])
  expect(look(waiting, true).thawsOver).toEqual([])
  const { thawsOver, confirm } = look(waiting, false)
  expect(thawsOver).toMatchObject([{ segmentId: cold.id, tier: 'Bulk', took: 9 * HOUR }])
  const [change] = confirm
  if (change === undefined) throw new Error('nothing was confirmed')
  expect(look(new Map([[cold.id, change.next]]), false).thawsOver).toEqual([])
})

test('a thaw that is asked for while the bucket is listed is not taken for over', () => {
  const cold = aSegment({ kind: 'sealed', storageClass: 'GLACIER' })
  const commits = [aCommit({ id: 'G#000001', segments: [cold] })]
  const asked = withThaw(holdingOf(cold, undefined), { tier: 'Expedited', now: NOON, until: END, days: 3 })
  const look = (now: number) => planSweep(facts({ commits, holdings: new Map([[cold.id, asked]]), now }))
  for (const since of [0, 10 * 60_000]) {
    expect(look(NOON + since).confirm).toEqual([])
    expect(look(NOON + since).thawsOverdue).toBe(0)
  }
  // nobody asked after all, or the copy has come and gone
  expect(look(NOON + HOUR).confirm).toMatchObject([{ next: { thaw: null }, expected: asked }])
})

test('a thaw that takes longer than S3 says it may is overdue, until it is there', () => {
  const cold = aSegment({ kind: 'sealed', storageClass: 'GLACIER' })
  const commits = [aCommit({ id: 'G#000001', segments: [cold] })]
  const asked = withThaw(holdingOf(cold, undefined), { tier: 'Bulk', now: NOON, until: END, days: 3 })
  const look = (now: number, ongoing: boolean) => {
    const restore = { ongoing, readableUntil: ongoing ? null : now + 3 * DAY }
    const stored = [{ key: cold.key, storageClass: 'GLACIER', restore } as const]
    return planSweep(facts({ commits, holdings: new Map([[cold.id, asked]]), stored, now })).thawsOverdue
  }
  expect(look(NOON + 12 * HOUR, true)).toBe(0)
  expect(look(NOON + 12 * HOUR + 1, true)).toBe(1)
  expect(look(NOON + 12 * HOUR + 1, false)).toBe(0)
})

test('a class that the bucket shows and the catalog does not know is confirmed', () => {
  const holding = {
    segmentId: sealed.id,
    storageClass: 'STANDARD',
    confirmedAt: NOON,
    target: 'GLACIER_IR',
    taggedAt: NOON,
    thaw: null,
  } as const
  const now = END + 40 * DAY
  const stored = [{ key: sealed.key, storageClass: 'GLACIER_IR', restore: null } as const]
  const plan = planSweep(
    facts({ commits: [sealedCommit], holdings: new Map([[sealed.id, holding]]), stored, now }),
  )
  expect(plan.confirm).toMatchObject([
    { expected: holding, next: { storageClass: 'GLACIER_IR', target: null, confirmedAt: now } },
  ])
})

test('landing segments are never moved to a colder class', () => {
  expect(planSweep(facts({ commits: [aCommit()], now: END + 400 * DAY })).move).toEqual([])
})

test('a dead commit goes after its grace, not before, and never while it shadows another', () => {
  const landing = aCommit({ id: 'L#a' })
  const first = aCommit({ id: 'G#000001', replaces: ['L#a'], committedAt: NOON })
  const second = aCommit({ id: 'G#000002', replaces: ['G#000001'], committedAt: NOON })
  const ids = (now: number, commits = [landing, first, second]) =>
    removableCommits(commits, now).map(({ id }) => id)
  expect(ids(NOON + GRACE - 1)).toEqual([])
  expect(ids(NOON + GRACE)).toEqual(['L#a'])
  expect(ids(NOON + GRACE, [first, second])).toEqual(['G#000001'])
  expect(ids(NOON + GRACE, [second])).toEqual([])
})

test('the last generation stays, also beyond a million', () => {
  const before = aCommit({ id: 'G#999999', replaces: ['L#gone'], committedAt: NOON })
  const id = nextGenerationId([before])
  // dead itself by what is written of it, so that only its number keeps it
  const last = aCommit({ id, replaces: ['G#999999', id], committedAt: NOON })
  expect(removableCommits([before, last], NOON + GRACE).map(({ id }) => id)).toEqual(['G#999999'])
})

test('an object of no commit is an orphan only after its grace', () => {
  const key = segmentKey(
    'landing',
    ref,
    makeUlid(NOON, (bytes) => new Uint8Array(bytes)),
  )
  expect(isRemovableOrphan(key, [], NOON + GRACE - 1)).toBe(false)
  expect(isRemovableOrphan(key, [], NOON + GRACE)).toBe(true)
  expect(isRemovableOrphan(sealed.key, [sealedCommit], NOON + 9 * GRACE)).toBe(false)
  expect(isRemovableOrphan('sealed/something-else', [], NOON + 9 * GRACE)).toBe(false)
})

test('an index object of no segment is an orphan after its grace, and of one that is stored or committed never', () => {
  const id = makeUlid(NOON, (bytes) => new Uint8Array(bytes))
  const key = indexKey(ref, id)
  const orphansOf = (more: Partial<SweepFacts>) => planSweep(facts(more)).orphanKeys
  const stray = { stored: [anObject(key)], now: NOON + GRACE }
  expect(orphansOf({ ...stray, now: NOON + GRACE - 1 })).toEqual([])
  expect(orphansOf(stray)).toEqual([key])
  expect(orphansOf({ ...stray, commits: [aCommit({ segments: [aSegment({ id })] })] })).toEqual([])
  const landing = segmentKey('landing', ref, id)
  expect(orphansOf({ ...stray, stored: [anObject(key), anObject(landing)] })).toEqual([landing])
})

test('what lies among the segments and is none of them is left alone', () => {
  const { orphanKeys, nextDue } = planSweep(
    facts({ stored: [anObject('sealed/something-else')], now: END + 300 * DAY }),
  )
  expect(orphanKeys).toEqual([])
  expect(nextDue).toBe(END + 307 * DAY)
})

test('a live segment that the bucket does not have is reported', () => {
  expect(planSweep(facts({ commits: [sealedCommit], stored: [] })).missing).toEqual([sealed])
})

test('retention ends a partition by a commit that keeps the books', () => {
  const dataset = aDataset({ retention: 100 * DAY })
  expect(planSweep(facts({ dataset, commits: [sealedCommit], now: END + 99 * DAY })).retire).toBeUndefined()
  expect(planSweep(facts({ dataset, commits: [sealedCommit], now: END + 100 * DAY })).retire).toMatchObject({
    id: 'G#000002',
    segments: [],
    replaces: ['G#000001'],
    books: { received: sealed.records, expired: sealed.records },
  })
})

test('the next look is at the next thing that can become due, and within a week at the latest', () => {
  expect(planSweep(facts({ commits: [aCommit()], now: END })).nextDue).toBe(END + HOUR)
  const due = planSweep(facts({ commits: [sealedCommit], now: END + 29 * DAY })).nextDue
  expect(due).toBe(END + 30 * DAY)
  expect(planSweep(facts({ now: END + 300 * DAY })).nextDue).toBe(END + 307 * DAY)
})

test('a partition of very many commits is retired in parts, each of one item', () => {
  const dataset = aDataset({ retention: 100 * DAY })
  const now = END + 100 * DAY
  const commits = Array.from({ length: 1500 }, (_, at) => aCommit({ id: `L#${at}` }))
  const { retire, nextDue } = planSweep(facts({ dataset, commits, now }))
  expect(retire).toMatchObject({ books: { received: { count: 10_000 }, expired: { count: 10_000 } } })
  expect(retire?.replaces).toHaveLength(1000)
  expect(nextDue).toBe(now + 60_000)
  const rest = planSweep(facts({ dataset, commits: retire ? [...commits, retire] : [], now }))
  expect(rest.retire).toMatchObject({ id: 'G#000002', books: { expired: { count: 5000 } } })
  expect(rest.retire?.replaces).toHaveLength(500)
})

test('a partition of more objects than a call takes as arguments is looked at all the same', () => {
  const dead = Array.from({ length: 200_000 }, (_, at) => `L#${at}`)
  const commit = aCommit({ id: 'G#000001', segments: [sealed], replaces: dead, committedAt: END })
  expect(planSweep(facts({ commits: [commit], now: END + HOUR })).nextDue).toBe(NOON + DAY)
})
