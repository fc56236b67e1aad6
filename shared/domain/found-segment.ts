import { type Books, type Commit, emptyBooks, isGeneration } from './commit.ts'
import { addDigests, type Digest, emptyDigest, subtractDigests } from './digest.ts'
import type { Segment } from './segment.ts'

/** Which of the segments of one seal this is: from 1 on, without gaps, and `last` says that none follows. */
export type Part = { readonly run: string; readonly number: number; readonly last: boolean }

/** A segment as the bucket alone describes it: what its own metadata says of the commit that it was made for. */
export type FoundSegment = {
  readonly segment: Segment
  readonly commit: string
  readonly replaces: readonly string[]
  /** Of what it was made from: what came in, the repeats and the expired records that were left out before. */
  readonly books: Books
  /** Null for a landing segment, and for one that an older version sealed. */
  readonly part: Part | null
}

/** The commit that a landing segment was made for. */
export const landingCommitOf = ({ segment, commit, books }: FoundSegment): Commit => ({
  id: commit,
  segments: [segment],
  replaces: [],
  books: { ...books, expired: emptyDigest },
  committedAt: segment.createdAt,
})

const isComplete = (parts: readonly FoundSegment[]): boolean =>
  parts.every(
    ({ part }, at) => part === null || (part.number === at + 1 && part.last === (at === parts.length - 1)),
  )

const isPossible = (duplicates: Digest, atLeast: Digest): boolean => {
  const more = subtractDigests(duplicates, atLeast)
  if (more.count === 0) return more.upper === 0n && more.lower === 0n
  return more.count > 0 && more.upper >= 0n && more.lower >= 0n
}

/** What a seal was made from was committed before it; metadata that says otherwise must not lead in a circle. */
const isInOrder = ({ commit, replaces }: FoundSegment): boolean =>
  replaces.every((id) => !isGeneration(id) || id < commit)

/** The commit of one seal's segments; undefined when some of them are not there. */
const sealedCommitOf = (found: readonly FoundSegment[]): Commit | undefined => {
  const parts = found.toSorted((a, b) => (a.part?.number ?? 0) - (b.part?.number ?? 0))
  const [first] = parts
  if (first === undefined || !isComplete(parts) || !isInOrder(first)) return undefined
  const { books, commit, replaces, segment } = first
  const records = addDigests(...parts.map((one) => one.segment.records))
  // what it dropped itself is not in its metadata: it is what is missing from the sum
  const duplicates = subtractDigests(books.received, addDigests(records, books.expired))
  if (!isPossible(duplicates, books.duplicates)) return undefined
  return {
    id: commit,
    segments: parts.map((one) => one.segment),
    replaces,
    books: { ...emptyBooks, received: books.received, duplicates, expired: books.expired },
    committedAt: segment.createdAt,
  }
}

/** The segments of one seal, and the commit that they make together. */
export type SealedGroup = { readonly found: readonly FoundSegment[]; readonly commit: Commit | undefined }

/** Sealed segments by the seal that made them, lowest generation first, and of one generation the earliest first. */
export const sealedGroups = (found: readonly FoundSegment[]): readonly SealedGroup[] => {
  const nameOf = ({ commit, part, segment }: FoundSegment) => `${commit} ${part?.run ?? segment.createdAt}`
  const groups = Map.groupBy(
    found.filter(({ commit }) => isGeneration(commit)),
    nameOf,
  )
  return [...groups]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, members]) => ({ found: members, commit: sealedCommitOf(members) }))
}
