import type { Digest } from '../domain/digest.ts'

/** No dataset can have this name, which does not begin with a letter. */
export const UNKNOWN_DATASET = '_unknown'

/** What could not be archived, whole, and why. */
export type QuarantinedItem = {
  /** The declared dataset, or UNKNOWN_DATASET where none was named or declared. */
  readonly dataset: string
  readonly reason: string
  readonly detail: string
  /** The exact text; for bytes that are not UTF-8, `encoding` is base64. */
  readonly text: string
  readonly encoding: 'utf8' | 'base64'
  readonly header: string | null
  /** Where it came from, such as a message id, or an object's key, version and row. */
  readonly source: string
}

export type QuarantineUnit = {
  readonly dataset: string
  /**
   * Names this batch of items: the same items kept a second time under the same unit are the same. Other items, because what
   * they came from is read differently by now, are kept beside them.
   */
  readonly unit: string
  readonly items: readonly QuarantinedItem[]
  /** Digest of the items' texts. */
  readonly digest: Digest
  readonly at: number
}

export type Quarantine = {
  /** Durable when it returns: the items as an object, then one conditional item in the catalog. */
  keep(unit: QuarantineUnit): Promise<'kept' | 'already-kept'>
}

export type QuarantineBooks = {
  /** Digest of all that is in quarantine of a dataset. */
  total(dataset: string): Promise<Digest>
}
