import type { StoredQuote } from '../domain/stored-quote.ts'

export type Quotes = {
  /** Keeps a quote, at least until it expires. Its id was never used; the same quote again changes nothing. */
  create(quote: StoredQuote): Promise<void>
  /** A consistent read. Undefined: there is none, or it is forgotten. One that has expired may still be there. */
  find(id: string): Promise<StoredQuote | undefined>
}
