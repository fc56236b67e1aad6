import type { StoredQuote } from '../../domain/stored-quote.ts'
import type { Quotes } from '../../ports/quotes.ts'

/** Quotes in memory, which forgets none. */
export const makeMemoryQuotes = (): Quotes => {
  const stored = new Map<string, StoredQuote>()
  return {
    create: async (quote) => {
      stored.set(quote.id, structuredClone(quote))
    },
    find: async (id) => stored.get(id),
  }
}
