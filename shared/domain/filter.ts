/** What a field is compared with. An integer beyond 2^53 is given as text of its digits. */
export type FilterValue = string | number | boolean

/**
 * A comparison of one field. A field is `id`, `time`, `arrived`, `version`, a promoted column, or a JSON Pointer (RFC 6901)
 * into the body. What is missing, null or of another type compares as false.
 */
export type Comparison =
  | { readonly field: string; readonly eq: FilterValue }
  | { readonly field: string; readonly in: readonly FilterValue[] }
  | { readonly field: string; readonly lt: FilterValue }
  | { readonly field: string; readonly lte: FilterValue }
  | { readonly field: string; readonly gt: FilterValue }
  | { readonly field: string; readonly gte: FilterValue }
  | { readonly field: string; readonly prefix: string }
  | { readonly field: string; readonly exists: boolean }

/** Which records are wanted, by what is in them; the same on the wire, stored and in use. */
export type Filter =
  | { readonly and: readonly Filter[] }
  | { readonly or: readonly Filter[] }
  | { readonly not: Filter }
  | Comparison

/** Comparisons, and the `and`, `or` and `not` around them, that a filter may have in all. */
export const MAX_FILTER_NODES = 100

/** A comparison alone is 1 deep. */
export const MAX_FILTER_DEPTH = 8

/** Values that an `in` may list. */
export const MAX_LISTED_VALUES = 1000
