import type { IcecoreConfig } from '../../shared/domain/config.ts'
import type { Accepted } from '../../shared/use-cases/accept-quote.ts'
import { invalid, Problem } from './problem.ts'

/** `selection` is what the domain calls `select`. */
const asAsked = (field: string): string => (field === 'selection' ? 'select' : field)

/** Why a quote is not accepted. */
export const notAccepted = (refused: Exclude<Accepted, { kind: 'accepted' }>): Problem =>
  refused.kind === 'quote-expired'
    ? new Problem(409, 'quote-expired', 'The quote has expired, or there is none of this id', {
        detail: 'ask for another one with POST /quotes',
      })
    : new Problem(422, 'quote-mismatch', 'The quote is of something else', {
        detail: `it was asked for with another ${asAsked(refused.field)}`,
        field: asAsked(refused.field),
      })

export const unknownDestination = ({ destinations }: IcecoreConfig, given: string | null): Problem =>
  invalid([
    {
      field: 'destination',
      expected: `one of ${[...destinations.keys()].join(', ')}`,
      got: JSON.stringify(given?.slice(0, 100)),
    },
  ])
