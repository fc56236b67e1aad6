import { guardsOf } from '../domain/config.ts'
import { momentsOfQuote, QUOTE_VALID_FOR, type Quote, quoteWork } from '../domain/quote.ts'
import { MAX_SEARCHED_PARTITIONS } from '../domain/rehydration.ts'
import { keepQuote, type QuotedFor, type QuotedRequest } from '../domain/stored-quote.ts'
import { makeUlid } from '../domain/ulid.ts'
import type { Random } from '../ports/clock.ts'
import type { Quotes } from '../ports/quotes.ts'
import type { TooBroad } from './find-partitions.ts'
import { fingerprintOf, selectionFacts } from './fingerprint.ts'
import { type SurveyDeps, surveySelection } from './survey-selection.ts'
import type { ReadThawTimes } from './thaw-times.ts'

export type QuoteDeps = SurveyDeps & {
  readonly quotes: Quotes
  readonly thawTimes: ReadThawTimes
  readonly random: Random
}

export type Quoted = {
  readonly kind: 'quoted'
  readonly id: string
  /** Until then it can be accepted. */
  readonly expiresAt: number
  readonly quote: Quote
}

/** What is kept of what a quote is of. */
export const quotedFor = ({ selection, ...rest }: QuotedRequest): QuotedFor => ({
  dataset: rest.dataset,
  selection: fingerprintOf(selectionFacts(selection)),
  destination: rest.destination,
  format: rest.format,
  compression: rest.compression,
  columns: rest.columns,
  keepDays: rest.keepDays,
})

/** What a selection would cost at most, and when it would be there; kept, so that it can be accepted until it expires. */
export const quote =
  (deps: QuoteDeps) =>
  async (request: QuotedRequest): Promise<Quoted | TooBroad | { readonly kind: 'unknown-destination' }> => {
    const { config, quotes, now, random } = deps
    const { destination } = request
    if (destination !== null && !config.destinations.has(destination)) return { kind: 'unknown-destination' }
    const at = now()
    const expiresAt = at + (config.quotes?.validFor ?? QUOTE_VALID_FOR)
    const guards = guardsOf(config, request.dataset)
    const asked = momentsOfQuote(at, expiresAt, guards)
    const survey = await surveySelection(deps)(request, MAX_SEARCHED_PARTITIONS, asked.to - at)
    if (survey.kind === 'too-broad') return survey
    const id = makeUlid(at, random)
    const made = quoteWork(survey.work, { now: at, asked, thawTimes: await deps.thawTimes() })
    const readyBy = Object.fromEntries(made.tiers.map((one) => [one.tier, one.readyBy]))
    await quotes.create(keepQuote({ id, of: quotedFor(request), expiresAt, readyBy }, survey.work, asked))
    return { kind: 'quoted', id, expiresAt, quote: made }
  }
