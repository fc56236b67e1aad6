import type { QuoteAnswer } from 'icecore/client'
import { formatDollars } from './tell-rehydration.ts'
import { countOf, formatTable } from './text.ts'

/** Price and time for each tier, for a reader. */
export const tellQuote = (quote: QuoteAnswer): string => {
  const { records, pruned } = quote
  const about = `${records.exact ? '' : 'about '}${countOf(records.count, 'record')}`
  const facts = `${about} in ${countOf(quote.segments, 'segment')} of ${countOf(quote.bytes, 'byte')}, ${quote.segmentsToThaw} to thaw.`
  const left = `Ruled out: ${countOf(pruned.partitions, 'partition')}, ${countOf(pruned.segments, 'segment')}, ${countOf(pruned.rowGroups, 'row group')}.`
  const rows = quote.tiers.map(({ tier, dollars, readyBy }) => [
    tier,
    formatDollars(dollars.total),
    readyBy.p50,
    readyBy.p95,
  ])
  const table = formatTable(['TIER', 'COST AT MOST', 'READABLE, LIKELY', 'READABLE BY'], rows)
  return `${table}\n\n${facts}\n${left}\nTo accept it until ${quote.expiresAt}: --quote ${quote.id}`
}
