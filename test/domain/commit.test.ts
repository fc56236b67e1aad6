import { expect, test } from 'vitest'
import {
  addBooks,
  COMMIT_ID,
  emptyBooks,
  landingCommitId,
  liveCommits,
  liveSegments,
  nextGenerationId,
} from '../../shared/domain/commit.ts'
import { aCommit } from '../support/builders.ts'

const landing = aCommit({ id: landingCommitId('a') })
const first = aCommit({ id: 'G#000001', replaces: ['L#a', 'L#gone'] })
const second = aCommit({ id: 'G#000002', replaces: ['G#000001'] })

test('generations are numbered without gaps, whatever lands between them', () => {
  expect(nextGenerationId([])).toBe('G#000001')
  expect(nextGenerationId([landing])).toBe('G#000001')
  expect(nextGenerationId([second, landing])).toBe('G#000003')
  expect(nextGenerationId([aCommit({ id: 'G#000009' }), aCommit({ id: 'G#000010' })])).toBe('G#000011')
})

test('generations beyond a million sort behind those before', () => {
  const ids = [999_998, 999_999, 9_999_998, 9_999_999, 99_999_998].map((last) => {
    const before = `G#${last < 1_000_000 ? last : `${last < 10_000_000 ? 'a' : 'b'}${last}`}`
    const next = nextGenerationId([aCommit({ id: before }), first])
    expect(before < next).toBe(true)
    return next
  })
  expect(ids).toEqual(['G#999999', 'G#a1000000', 'G#a9999999', 'G#b10000000', 'G#b99999999'])
  expect(ids.toSorted()).toEqual(ids)
  expect(ids.filter((id) => !COMMIT_ID.test(id))).toEqual([])
})

test('a commit is live until another replaces it, and stays dead when that one dies too', () => {
  expect(liveCommits([landing, first])).toEqual([first])
  expect(liveCommits([landing, first, second])).toEqual([second])
  expect(liveCommits([landing])).toEqual([landing])
})

test('the live segments are those of the live commits', () => {
  const late = aCommit({ id: 'L#late' })
  expect(liveSegments([landing, first, late])).toEqual([...first.segments, ...late.segments])
})

test('books add up entry by entry', () => {
  const one = { count: 1, upper: 2n, lower: 3n }
  const books = { received: one, duplicates: emptyBooks.duplicates, expired: one }
  expect(addBooks(books, books, emptyBooks)).toEqual({
    received: { count: 2, upper: 4n, lower: 6n },
    duplicates: emptyBooks.duplicates,
    expired: { count: 2, upper: 4n, lower: 6n },
  })
  expect(addBooks()).toEqual(emptyBooks)
})
