/** What must hold, whatever happens. */
export const INVARIANTS = {
  'no loss': 'each accepted record is hot, in quarantine, or in a committed segment that decodes to it',
  once: 'a full read through the catalog returns each record once, and nothing that was never sent',
  'catalog truth': 'committed means that the object is there with that size, SHA-256 and those rows',
  'no early delete': 'nothing goes before its grace is over, nor a hot copy before its records are committed',
  convergence: 'with the faults off the pipeline comes to rest in bounded time',
  'no orphan for ever': 'what no commit names is collected after its grace',
  'books balance': 'received = archived + duplicates + quarantined + expired, in count and in digest',
  'true audits': 'an audit finds whatever is damaged, planted or missing, and in an archive at rest nothing',
  'kept thaws': 'a thaw for one never shortens the time that another has asked for',
  'right answers':
    'every answer that calls itself complete holds every record that was archived when it was asked for',
} as const
export type Invariant = keyof typeof INVARIANTS

export class Violation extends Error {
  override readonly name = 'Violation'
  readonly invariant: Invariant
  constructor(invariant: Invariant, detail: string) {
    super(`${invariant}: ${detail}`)
    this.invariant = invariant
  }
}
