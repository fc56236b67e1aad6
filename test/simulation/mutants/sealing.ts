import { isGeneration, liveCommits, nextGenerationId } from '../../../shared/domain/commit.ts'
import { emptyDigest } from '../../../shared/domain/digest.ts'
import { sealPartition } from '../../../shared/use-cases/seal-partition.ts'
import type { Mutant, Mutants } from '../functions.ts'
import type { Ports } from '../ports.ts'
import { keepRepeats } from './keep-repeats.ts'

type Append = Ports['log']['append']

/** A seal whose commits go another way. */
const sealWith = (change: (append: Append, ports: Ports) => Append): Mutant => ({
  functions: (others, ports) => ({
    ...others,
    seal: sealPartition({ ...ports, log: { ...ports.log, append: change(ports.log.append, ports) } }),
  }),
})

/** Breaks of sealing and of what a log means. */
export const SEALING: Mutants = {
  'a seal that lost its race takes the next number': sealWith((append, { log }) => async (ref, commit) => {
    if ((await append(ref, commit)) === 'committed') return 'committed'
    const { commits } = await log.read(ref)
    return append(ref, { ...commit, id: nextGenerationId(commits) })
  }),
  'a seal replaces what has landed meanwhile': sealWith((append, { log }) => async (ref, commit) => {
    const { commits } = await log.read(ref)
    return append(ref, { ...commit, replaces: liveCommits(commits).map(({ id }) => id) })
  }),
  'a seal replaces nothing': sealWith((append) => (ref, commit) => append(ref, { ...commit, replaces: [] })),
  'a seal replaces all but one of its inputs': sealWith(
    (append) => (ref, commit) => append(ref, { ...commit, replaces: commit.replaces.slice(1) }),
  ),
  'a seal does not book the repeats that it drops': sealWith((append, { log }) => async (ref, commit) => {
    const { commits } = await log.read(ref)
    const inputs = commits.filter(({ id }) => commit.replaces.includes(id))
    const duplicates = inputs.reduce(
      (sum, { books }) => ({
        count: sum.count + books.duplicates.count,
        upper: sum.upper + books.duplicates.upper,
        lower: sum.lower + books.duplicates.lower,
      }),
      emptyDigest,
    )
    return append(ref, { ...commit, books: { ...commit.books, duplicates } })
  }),
  'a seal keeps repeats': sealWith(keepRepeats),
  'a seal takes no segments with it': sealWith(
    (append) => (ref, commit) => append(ref, { ...commit, segments: [] }),
  ),
  'a commit that was refused counts as one that was made': {
    ports: ({ log, ...others }) => ({
      ...others,
      log: {
        ...log,
        append: async (ref, commit) => {
          await log.append(ref, commit)
          return 'committed'
        },
      },
    }),
  },
  'a partition is never sent to be sealed': {
    ports: (ports) => ({ ...ports, sealQueue: { send: async () => undefined } }),
  },
  'what has expired is not booked': {
    ports: ({ log, ...others }) => ({
      ...others,
      log: {
        ...log,
        append: (ref, commit) => {
          const retires = isGeneration(commit.id) && commit.segments.length === 0
          const books = retires ? { ...commit.books, expired: emptyDigest } : commit.books
          return log.append(ref, { ...commit, books })
        },
      },
    }),
  },
}
