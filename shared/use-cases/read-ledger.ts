import { addLedgers, type Ledger, ledgerOfPartition, ledgerOfQuarantine } from '../domain/ledger.ts'
import type { CommitLog, PartitionEntry, PartitionRegistry } from '../ports/catalog.ts'
import type { QuarantineBooks } from '../ports/quarantine.ts'
import { mapBounded } from './bounded.ts'

export type LedgerDeps = {
  readonly registry: PartitionRegistry
  readonly log: CommitLog
  readonly quarantine: QuarantineBooks
}

const PAGE = 64
const AT_ONCE = 16

async function* pagesOf(entries: AsyncIterable<PartitionEntry>): AsyncIterable<PartitionEntry[]> {
  let page: PartitionEntry[] = []
  for await (const entry of entries) {
    page.push(entry)
    if (page.length < PAGE) continue
    yield page
    page = []
  }
  yield page
}

/**
 * Adds up the books of a dataset from every partition's log and from quarantine. One query a partition: a dataset of
 * thousands of partitions takes seconds. Commits made while it reads may or may not be in it; each is in it whole.
 */
export const readLedger =
  ({ registry, log, quarantine }: LedgerDeps) =>
  async (dataset: string): Promise<Ledger> => {
    let ledger = ledgerOfQuarantine(await quarantine.total(dataset))
    for await (const page of pagesOf(registry.list(dataset))) {
      const states = await mapBounded(page, AT_ONCE, (entry) => log.read(entry))
      ledger = addLedgers(ledger, ...states.map(({ commits }) => ledgerOfPartition(commits)))
    }
    return ledger
  }
