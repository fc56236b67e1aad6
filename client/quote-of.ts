import type { ApiProblem } from './failures.ts'
import { type QuoteAnswer, quoteSchema } from './rehydration-answers.ts'

/** The quote that comes with a problem: of `record-is-cold`, what it costs to have the record back. Undefined where there is none. */
export const quoteOf = ({ document }: ApiProblem): QuoteAnswer | undefined =>
  quoteSchema.safeParse(document.quote).data
