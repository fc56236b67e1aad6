import { describe, expect, test } from 'vitest'
import { type Commit, emptyBooks } from '../../shared/domain/commit.ts'
import { type Digest, emptyDigest } from '../../shared/domain/digest.ts'
import { type FoundSegment, landingCommitOf, sealedGroups } from '../../shared/domain/found-segment.ts'
import { judgeOrphan } from '../../shared/domain/judge-orphan.ts'
import type { Snapshot } from '../../shared/domain/snapshot.ts'
import { aCommit, aSegment, NOON } from '../support/builders.ts'

const digest = (count: number): Digest => ({ count, upper: BigInt(count), lower: BigInt(count) })

const aFound = (parts: Partial<FoundSegment> & { records?: Digest } = {}): FoundSegment => {
  const { records = digest(10), ...given } = parts
  const sealed = given.commit?.startsWith('G#') === true
  return {
    segment: aSegment({ kind: sealed ? 'sealed' : 'landing', records }),
    commit: 'L#orphan',
    replaces: [],
    books: { ...emptyBooks, received: records },
    part: sealed ? { run: 'r', number: 1, last: true } : null,
    ...given,
  }
}

const a = aCommit({ id: 'L#a' })
const b = aCommit({ id: 'L#b' })
const first = aCommit({ id: 'G#000001', segments: [aSegment({ kind: 'sealed' })], replaces: ['L#a'] })

const judge = (
  orphan: FoundSegment,
  commits: readonly Commit[],
  more: { present?: readonly Commit[]; orphans?: readonly FoundSegment[]; kept?: readonly Commit[] } = {},
) => {
  const { present = commits, orphans = [orphan], kept } = more
  const snapshot: Snapshot | undefined = kept && {
    dataset: 'orders',
    partition: '2024-03-10',
    takenAt: NOON,
    commits: kept,
  }
  const keys = present.flatMap(({ segments }) => segments.map(({ key }) => key))
  return judgeOrphan({ commits, snapshot, present: new Set(keys), orphans }, orphan)
}

describe('[F18] a landing orphan', () => {
  const orphan = aFound()
  test('is to be compared where nobody knows its name, and is redundant where log or snapshot do', () => {
    expect(judge(orphan, [a])).toEqual({ kind: 'compare', commit: landingCommitOf(orphan) })
    expect(judge(orphan, [aCommit({ id: 'L#orphan' })])).toEqual({ kind: 'redundant' })
    expect(judge(orphan, [aCommit({ id: 'G#000001', replaces: ['L#orphan'] })])).toEqual({
      kind: 'redundant',
    })
    expect(judge(orphan, [], { kept: [aCommit({ id: 'L#orphan' })] })).toEqual({ kind: 'redundant' })
    expect(judge(orphan, [], { kept: [aCommit({ replaces: ['L#orphan'] })] })).toEqual({ kind: 'redundant' })
  })
})

test('[F18] an orphan whose name is known is compared while a live segment is lost, which may be what stands for it', () => {
  const twin = aCommit({ id: 'L#orphan' })
  const compare = { kind: 'compare', commit: undefined }
  expect(judge(aFound(), [twin, a], { present: [a] })).toEqual(compare)
  expect(judge(aFound(), [twin, a], { present: [twin] })).toEqual(compare)
  const lost = aFound({ commit: 'G#000001', replaces: ['L#a'] })
  expect(judge(lost, [first], { present: [] })).toEqual(compare)
  // what is dead may be gone
  expect(judge(lost, [a, first], { present: [first] })).toEqual({ kind: 'redundant' })
})

describe('[F18] a sealed orphan', () => {
  test('is redundant when its number was taken and what it was made from is known, else it is compared', () => {
    expect(judge(aFound({ commit: 'G#000001', replaces: ['L#a'] }), [first])).toEqual({ kind: 'redundant' })
    const other = aFound({ commit: 'G#000001', replaces: ['L#a', 'L#unknown'] })
    expect(judge(other, [first])).toEqual({ kind: 'compare', commit: undefined })
  })

  test('is redundant once retention has taken all that there was, though nobody knows any more what it was made from', () => {
    const orphan = aFound({ commit: 'G#000001', replaces: ['L#forgotten'] })
    const books = { ...emptyBooks, received: digest(10), expired: digest(10) }
    const expired = aCommit({ id: 'G#000002', segments: [], replaces: ['G#000001'], books })
    expect(judge(orphan, [expired])).toEqual({ kind: 'redundant' })
    // what takes the name of a landing orphan stands for nothing
    expect(judge(orphan, [expired, aCommit({ id: 'L#fence', segments: [] })])).toEqual({ kind: 'redundant' })
    // something is there, or nothing ever expired
    const compare = { kind: 'compare', commit: undefined }
    expect(judge(orphan, [expired, a])).toEqual(compare)
    expect(judge(orphan, [{ ...expired, books: emptyBooks }])).toEqual(compare)
  })

  test('is redundant while all that it was made from is live and there', () => {
    const orphan = aFound({ commit: 'G#000001', replaces: ['L#a', 'L#b'] })
    expect(judge(orphan, [a, b])).toEqual({ kind: 'redundant' })
  })

  test('is adopted when some of that is gone, and all parts of its seal are there', () => {
    const books = { ...emptyBooks, received: digest(25) }
    const part = (number: number, last: boolean) =>
      aFound({ commit: 'G#000001', replaces: ['L#a', 'L#b'], books, part: { run: 'r', number, last } })
    const parts = [part(2, true), part(1, false)]
    const [second, one] = parts
    if (second === undefined || one === undefined) throw new Error('there are two')
    const verdict = judge(one, [a, b], { present: [a], orphans: parts })
    expect(verdict).toEqual({
      kind: 'adopt',
      commit: {
        id: 'G#000001',
        segments: [one.segment, second.segment],
        replaces: ['L#a', 'L#b'],
        books: { ...emptyBooks, received: digest(25), duplicates: digest(5) },
        committedAt: one.segment.createdAt,
      },
    })
    expect(judge(one, [a, b], { present: [a], orphans: [one] })).toEqual({ kind: 'unclear' })
    expect(judge(second, [a, b], { present: [a], orphans: [second] })).toEqual({ kind: 'unclear' })
  })

  test('is compared when another seal replaced what it was made from', () => {
    const orphan = aFound({ commit: 'G#000002', replaces: ['L#a'] })
    expect(judge(orphan, [a, first])).toEqual({ kind: 'compare', commit: undefined })
  })
})

describe('the segments of one seal', () => {
  const commitOf = (...found: FoundSegment[]) => sealedGroups(found).map(({ commit }) => commit?.id)

  test('are told by their run, and those of an older version by when it began', () => {
    const run = (name: string) => aFound({ commit: 'G#000001', part: { run: name, number: 1, last: true } })
    expect(commitOf(run('b'), run('a'), aFound())).toEqual(['G#000001', 'G#000001'])
    const old = aFound({ commit: 'G#000002', part: null })
    expect(commitOf(old, { ...old, segment: aSegment({ kind: 'sealed', records: emptyDigest }) })).toEqual([
      'G#000002',
    ])
  })

  test.each([
    ['fewer records came in than are there', { ...emptyBooks, received: digest(9) }],
    [
      'more repeats were left out before than are missing',
      { ...emptyBooks, received: digest(11), duplicates: digest(2) },
    ],
    [
      'as many records came in, and others',
      { ...emptyBooks, received: { count: 10, upper: 11n, lower: 10n } },
    ],
    [
      'as many records came in, and others still',
      { ...emptyBooks, received: { count: 10, upper: 10n, lower: 11n } },
    ],
    [
      'the sums of what is missing are below nothing',
      { ...emptyBooks, received: { count: 11, upper: 9n, lower: 11n } },
    ],
    ['one of the sums is below nothing', { ...emptyBooks, received: { count: 11, upper: 11n, lower: 9n } }],
  ])('are not all there when %s', (_, books) => {
    expect(commitOf(aFound({ commit: 'G#000001', books }))).toEqual([undefined])
  })
})
