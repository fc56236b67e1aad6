import * as z from 'zod'
import type { Filter } from '../../domain/filter.ts'

const field = z.string()
const value = z.union([z.string(), z.number(), z.boolean()])

const filterSchema: z.ZodType<Filter> = z.lazy(() =>
  z.union([
    z.strictObject({ and: z.array(filterSchema) }),
    z.strictObject({ or: z.array(filterSchema) }),
    z.strictObject({ not: filterSchema }),
    z.strictObject({ field, eq: value }),
    z.strictObject({ field, in: z.array(value) }),
    z.strictObject({ field, lt: value }),
    z.strictObject({ field, lte: value }),
    z.strictObject({ field, gt: value }),
    z.strictObject({ field, gte: value }),
    z.strictObject({ field, prefix: z.string() }),
    z.strictObject({ field, exists: z.boolean() }),
  ]),
)

/** A filter is stored as JSON text: DynamoDB's numbers hold less than those of JavaScript. */
export const storedFilterSchema = z.string().transform((text): Filter => filterSchema.parse(JSON.parse(text)))
