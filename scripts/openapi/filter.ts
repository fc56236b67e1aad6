import { MAX_FILTER_DEPTH, MAX_FILTER_NODES, MAX_LISTED_VALUES } from '../../shared/domain/filter.ts'

const text = { type: 'string' } as const
const number = { type: 'number' } as const
const value = { type: ['string', 'number', 'boolean'] }
const ordered = { anyOf: [text, number] }
const inner = { $ref: '#/components/schemas/Filter' }
const list = { type: 'array', items: inner, minItems: 1 } as const

/** An object of exactly these members. */
const exactly = (properties: Record<string, object>) => ({
  type: 'object' as const,
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
})

/** The value that each comparison takes. */
const COMPARED = {
  eq: value,
  in: { type: 'array', items: value, minItems: 1, maxItems: MAX_LISTED_VALUES },
  lt: ordered,
  lte: ordered,
  gt: ordered,
  gte: ordered,
  prefix: text,
  exists: { type: 'boolean' },
}

/** What `filterSchema` reads; it is a parser of its own, so zod cannot say it. */
export const FILTER_SCHEMA = {
  description: `A field is id, time, arrived, version, a promoted column, or a JSON Pointer into the body. At most ${MAX_FILTER_NODES} filters in all, ${MAX_FILTER_DEPTH} deep.`,
  oneOf: [
    exactly({ and: list }),
    exactly({ or: list }),
    exactly({ not: inner }),
    ...Object.entries(COMPARED).map(([operator, operand]) =>
      exactly({ field: { type: 'string', minLength: 1 }, [operator]: operand }),
    ),
  ],
}
