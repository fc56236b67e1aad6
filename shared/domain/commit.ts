import { addDigests, type Digest, emptyDigest } from './digest.ts'
import type { Segment } from './segment.ts'

/** What the records behind a commit came from and what became of those that are in no segment any more. */
export type Books = {
  /** Every record that was accepted for the archive, repeats included. */
  readonly received: Digest
  /** Exact repeats that were dropped. */
  readonly duplicates: Digest
  /** Dropped because the dataset's retention had passed. */
  readonly expired: Digest
}

export const emptyBooks: Books = { received: emptyDigest, duplicates: emptyDigest, expired: emptyDigest }

export const addBooks = (...books: readonly Books[]): Books => ({
  received: addDigests(...books.map((one) => one.received)),
  duplicates: addDigests(...books.map((one) => one.duplicates)),
  expired: addDigests(...books.map((one) => one.expired)),
})

/**
 * One entry of a partition's log, written once by one conditional put and never changed.
 * A landing commit adds one segment. A sealed commit replaces earlier commits by larger segments; its books are the
 * sum of theirs plus what it dropped itself, so the log can be cut behind it.
 */
export type Commit = {
  /** `L#…` for landing commits, `G#000001`, `G#000002`, … for the generations that replace them, in the order of their ids. */
  readonly id: string
  readonly segments: readonly Segment[]
  /** Ids of the commits that are dead because of this one. */
  readonly replaces: readonly string[]
  readonly books: Books
  readonly committedAt: number
}

const GENERATION_DIGITS = 6

/** A letter before longer numbers, `a` for one digit more: so ids of any length sort as their numbers do. */
const generationId = (number: number): string => {
  const digits = String(number).padStart(GENERATION_DIGITS, '0')
  const extra = digits.length - GENERATION_DIGITS
  return extra === 0 ? `G#${digits}` : `G#${(9 + extra).toString(36)}${digits}`
}

const generationNumber = (id: string): number => Number(id.replace(/^G#[a-z]?/, ''))

/** A commit id as these functions make it. */
export const COMMIT_ID = /^(L#.+|G#(\d{6}|[a-z]\d{7,16}))$/

export const landingCommitId = (unit: string): string => `L#${unit}`

export const isGeneration = (commitId: string): boolean => commitId.startsWith('G#')

/**
 * True of what takes the id of a landing commit for nothing, before an orphan of that id is removed: whoever would commit it
 * after all finds the id taken.
 */
export const isFence = ({ id, segments }: Commit): boolean => !isGeneration(id) && segments.length === 0

export const fenceOf = (id: string, committedAt: number): Commit => ({
  id,
  segments: [],
  replaces: [],
  books: emptyBooks,
  committedAt,
})

/** The id that the next replacing commit must take: whoever puts it first wins, the other has to plan anew. */
export const nextGenerationId = (commits: readonly Commit[]): string => {
  const last = commits.reduce(
    (max, { id }) => (isGeneration(id) ? Math.max(max, generationNumber(id)) : max),
    0,
  )
  return generationId(last + 1)
}

/** The commits that nothing replaces: their segments are the partition. */
export const liveCommits = (commits: readonly Commit[]): readonly Commit[] => {
  const dead = new Set(commits.flatMap(({ replaces }) => replaces))
  return commits.filter(({ id }) => !dead.has(id))
}

export const liveSegments = (commits: readonly Commit[]): readonly Segment[] =>
  liveCommits(commits).flatMap(({ segments }) => segments)
