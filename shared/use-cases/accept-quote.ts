import type { IcecoreConfig } from '../domain/config.ts'
import type { RehydrationRequest } from '../domain/rehydration.ts'
import type { Price } from '../domain/rehydration-terms.ts'
import { differsFrom, type QuotedFor, type QuotedTime, quotedPrice } from '../domain/stored-quote.ts'
import { ulidTime } from '../domain/ulid.ts'
import type { Clock } from '../ports/clock.ts'
import type { Quotes } from '../ports/quotes.ts'
import { quotedFor } from './quote.ts'

export type AcceptDeps = { readonly config: IcecoreConfig; readonly quotes: Quotes; readonly now: Clock }

export type Accepted =
  | { readonly kind: 'accepted'; readonly price: Price; readonly readyBy: QuotedTime | undefined }
  /** It is over, or there never was one of that id. */
  | { readonly kind: 'quote-expired' }
  /** The request is of something else than the quote: the first field in which it is. */
  | { readonly kind: 'quote-mismatch'; readonly field: keyof QuotedFor }

/** Holds a request to the quote that it names: what it may cost at most with its tiers. */
export const acceptQuote =
  ({ config, quotes, now }: AcceptDeps) =>
  async (request: RehydrationRequest, quoteId: string): Promise<Accepted> => {
    const quote = await quotes.find(quoteId)
    if (quote === undefined || quote.expiresAt <= now()) return { kind: 'quote-expired' }
    const isReplay = config.destinations.get(request.destination)?.replay !== undefined
    const field = differsFrom(quote, { ...quotedFor(request), isReplay })
    if (field !== undefined) return { kind: 'quote-mismatch', field }
    const told = request.tier === null ? undefined : quote.readyBy[request.tier]
    // the thaws begin now, and not when the quote was made
    const since = now() - ulidTime(quote.id)
    const readyBy = told && { p50: told.p50 + since, p95: told.p95 + since }
    return { kind: 'accepted', price: quotedPrice(quote, request.tiers), readyBy }
  }
