import type { ThawBatch } from './thaw-batch.ts'

/** What something costs at most by list price, and the bytes of the segments that it reads. */
export type Price = {
  readonly dollars: number
  readonly bytes: number
  /** Of the dollars what is for anything but thaws; missing where that was not told apart. */
  readonly fixed?: number | undefined
}

/** Who let a rehydration go on that was too dear to go on by itself. */
export type Approval = { readonly by: string; readonly at: number }

/** Restored copies are kept for longer than was asked for at first. */
export type Extension = {
  readonly keepDays: number
  readonly at: number
  /** Until when every restored copy that is still there must at least stay. */
  readonly until: number
  /** What it adds at most. */
  readonly dollars: number
  /** What the extensions add at most in whose place it has come; missing where none was counted. */
  readonly before?: number | undefined
  /** As `reservedOn` of the terms. */
  readonly reservedOn: string | null
}

/** What was told when it was asked for, by how long thaws took until then. */
export type Promised = {
  /** When all would be readable: in half of all cases, and in 95 of 100. */
  readonly p50: number
  readonly p95: number
  /** US dollars of the price that are for thaws of others which have to be made faster for it. */
  readonly raising: number
  /** Whether it may use Expedited. */
  readonly mayExpedite: boolean
}

/** What may be spent on making thaws faster, so that all is there in time. */
export type Raising = {
  /** When it was allowed last. */
  readonly at: number
  /** All of it, what the price had for it included. */
  readonly dollars: number
  /** As `reservedOn` of the terms, for what the price did not have. */
  readonly reservedOn: string | null
}

/** On which terms a rehydration goes on: what may change about it besides its state. */
export type RehydrationTerms = {
  /** As weighed when it was asked for; null where no guard wanted to know. */
  readonly price: Price | null
  /** The UTC day in whose budget the price is reserved; null: in none. */
  readonly reservedOn: string | null
  readonly approval: Approval | null
  readonly extension: Extension | null
  /** The earliest time at which S3 takes a restored copy away that it has read, as S3 said; null: none that is known. */
  readonly keptUntil: number | null
  /** Missing where no time and no cost was asked for. */
  readonly promised?: Promised | undefined
  /** US dollars that it costs at most, because a quote says so; missing where none was accepted. */
  readonly cap?: number | undefined
  /** Missing until thaws had to be made faster. */
  readonly raising?: Raising | undefined
  /** The jobs that ask for its thaws; missing where its thaw tasks do. */
  readonly batch?: ThawBatch | undefined
}

export const NO_TERMS: RehydrationTerms = {
  price: null,
  reservedOn: null,
  approval: null,
  extension: null,
  keptUntil: null,
}
