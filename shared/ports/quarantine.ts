import type { Digest } from '../domain/digest.ts'

/** No dataset can have this name, which does not begin with a letter. */
export const UNKNOWN_DATASET = '_unknown'

/** What could not be archived, whole, and why. */
export type QuarantinedItem = {
  /** The declared dataset, or UNKNOWN_DATASET where none was named or declared. */
  readonly dataset: string
  /** The dataset that the sender named, where it is not declared. */
  readonly named?: string
  readonly reason: string
  readonly detail: string
  /** The exact text; for bytes that are not UTF-8, and for those of very long texts, `encoding` is base64. */
  readonly text: string
  readonly encoding: 'utf8' | 'base64'
  readonly header: string | null
  /** Where it came from, such as a message id, or an object's key, version and row. */
  readonly source: string
  /** The text is only the beginning of a row that was too long: the rest is in its hot object alone, which therefore stays. */
  readonly cut?: true
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

/** A unit as the catalog knows it, without its items. */
export type QuarantinedUnit = {
  readonly dataset: string
  readonly unit: string
  /** Of its object: SHA-256 of the content, in hex. */
  readonly name: string
  readonly items: number
  /** How many items there are of each reason. */
  readonly reasons: Readonly<Record<string, number>>
  readonly digest: Digest
  readonly at: number
  /** When its items were sent again. From then on it counts no more: they are received anew. */
  readonly retriedAt: number | null
}

export type Quarantine = {
  /** Durable when it returns: the items as an object, then one conditional item in the catalog. */
  keep(unit: QuarantineUnit): Promise<'kept' | 'already-kept'>
}

export type QuarantineBooks = {
  /** Digest of all that is in quarantine of a dataset, and was not sent again. */
  total(dataset: string): Promise<Digest>
}

export type QuarantinePosition = { readonly at: number; readonly name: string }
export type QuarantineState = 'waiting' | 'retried'

/** Quarantine as the catalog has it. */
export type QuarantineUnits = {
  /** Every dataset of which something ever went to quarantine, by name. */
  datasets(): Promise<readonly string[]>
  /**
   * Up to `limit` units of a dataset, newest first, those behind `after`: what waits by the time it was kept, what was sent
   * again by the time of that. May lag by seconds.
   */
  newest(
    dataset: string,
    state: QuarantineState,
    limit: number,
    after?: QuarantinePosition,
  ): Promise<readonly QuarantinedUnit[]>
  /** The units of a dataset whose name begins like this, at most two: enough to see that it is not one. A consistent read. */
  named(dataset: string, start: string): Promise<readonly QuarantinedUnit[]>
}

/** Quarantine's items in the catalog. */
export type QuarantineRegister = {
  /** Writes down a unit whose object is in the bucket. One that is there stays as it is, but that it was sent again is taken over. */
  book(unit: QuarantinedUnit): Promise<'booked' | 'already-booked'>
}

export type QuarantineMarks = {
  /** Says, in the bucket and then in the catalog, that the unit was sent again. Twice is the same as once. */
  retried(unit: QuarantinedUnit, at: number): Promise<void>
}

/** A unit's object in the bucket. */
export type QuarantineObject = {
  readonly dataset: string
  readonly name: string
  readonly bytes: number
  /** When it was put. */
  readonly at: number
  readonly retriedAt: number | null
}

/** Quarantine as the bucket has it, whatever the catalog says. */
export type QuarantineObjects = {
  /** Every unit's object, by dataset and name, all pages. */
  list(): AsyncIterable<QuarantineObject>
  /** What the catalog should know of it, from the beginning of the object. */
  describe(object: QuarantineObject): Promise<QuarantinedUnit>
  /** Its items, in order. Throws where the object is not what its name says. */
  items(object: Pick<QuarantineObject, 'dataset' | 'name'>): Promise<readonly QuarantinedItem[]>
}
