import type { StoredQuote } from '../../shared/domain/stored-quote.ts'
import { NOON } from './builders.ts'

export const aStoredQuote = (parts: Partial<StoredQuote> = {}): StoredQuote => ({
  id: '01HRKZ00000000000000000001',
  of: {
    dataset: 'orders',
    selection: 'hash',
    destination: 'analysts',
    format: 'ndjson',
    compression: 'none',
    columns: null,
    keepDays: null,
  },
  expiresAt: NOON + 3_600_000,
  fixed: 0.25,
  thaws: {
    GLACIER: { Bulk: 0.5, Standard: 1, Expedited: 2 },
    DEEP_ARCHIVE: { Bulk: 4, Standard: 8, Expedited: 8 },
  },
  bytes: 1000,
  readyBy: { Bulk: { p50: NOON + 1, p95: NOON + 2 } },
  ...parts,
})
