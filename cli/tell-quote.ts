import type { QuoteAnswer } from 'icecore/client'
import { formatDollars } from './tell-rehydration.ts'
import { countOf, formatTable } from './text.ts'

/** Price and time for each tier, for a reader. */
export const tellQuote = (quote: QuoteAnswer): string => {
  const facts = `${countOf(quote.segments, 'segment')} of ${countOf(quote.bytes, 'byte')}, ${quote.segmentsToThaw} to thaw; at most ${countOf(quote.recordsAtMost, 'record')}.`
  const rows = quote.tiers.map(({ tier, dollars, readyBy }) => [tier, formatDollars(dollars.total), readyBy])
  return `${formatTable(['TIER', 'COST', 'READABLE BY'], rows)}\n\n${facts}`
}
