import { addBooks, type Commit, emptyBooks, liveCommits, liveSegments } from './commit.ts'
import { addDigests, type Digest, emptyDigest, sameDigest } from './digest.ts'

/** The books of a dataset, or of a part of it: what came in, and where all of it is. */
export type Ledger = {
  readonly received: Digest
  readonly archived: Digest
  readonly duplicates: Digest
  readonly quarantined: Digest
  readonly expired: Digest
  /** True when received = archived + duplicates + quarantined + expired, in count and in digest. */
  readonly balanced: boolean
}

type Entries = Omit<Ledger, 'balanced'>

export const makeLedger = (entries: Entries): Ledger => ({
  ...entries,
  balanced: sameDigest(
    entries.received,
    addDigests(entries.archived, entries.duplicates, entries.quarantined, entries.expired),
  ),
})

/** What one partition's log adds to the ledger; nothing of it is in quarantine. */
export const ledgerOfPartition = (commits: readonly Commit[]): Ledger => {
  const { received, duplicates, expired } = addBooks(
    emptyBooks,
    ...liveCommits(commits).map(({ books }) => books),
  )
  const archived = addDigests(...liveSegments(commits).map(({ records }) => records))
  return makeLedger({ received, archived, duplicates, expired, quarantined: emptyDigest })
}

export const addLedgers = (...ledgers: readonly Entries[]): Ledger =>
  makeLedger({
    received: addDigests(...ledgers.map(({ received }) => received)),
    archived: addDigests(...ledgers.map(({ archived }) => archived)),
    duplicates: addDigests(...ledgers.map(({ duplicates }) => duplicates)),
    quarantined: addDigests(...ledgers.map(({ quarantined }) => quarantined)),
    expired: addDigests(...ledgers.map(({ expired }) => expired)),
  })

/** The ledger entries of what went to quarantine: received, and nowhere else. */
export const ledgerOfQuarantine = (quarantined: Digest): Ledger =>
  makeLedger({
    received: quarantined,
    archived: emptyDigest,
    duplicates: emptyDigest,
    quarantined,
    expired: emptyDigest,
  })
