import * as z from 'zod'
import {
  type Filter,
  type FilterValue,
  MAX_FILTER_DEPTH,
  MAX_FILTER_NODES,
  MAX_LISTED_VALUES,
} from '../../shared/domain/filter.ts'
import { MAX_ID_BYTES } from '../../shared/domain/record.ts'

const COMPARISONS = ['eq', 'in', 'lt', 'lte', 'gt', 'gte', 'prefix', 'exists'] as const
type Operator = (typeof COMPARISONS)[number]

const FILTER = 'expected a filter: {"and": […]}, {"or": […]}, {"not": …}, or a field and one comparison'
const ONE_COMPARISON = `expected one comparison: ${COMPARISONS.join(', ')}`
const NO_SUCH_FIELD = 'no such field'

/** Says what is wrong, and where. */
type Complain = (path: readonly PropertyKey[], message: string) => undefined

type Reading = { readonly complain: Complain; nodes: number }

const textSchema = z
  .string('expected text')
  .refine((text) => text.isWellFormed(), 'expected well-formed Unicode')
const VALUE = 'expected text, a number, true or false'
const valueSchema = z.union([textSchema, z.number(), z.boolean()], { error: VALUE })
const orderedSchema = z.union([textSchema, z.number()], { error: 'expected text or a number' })
const listSchema = z
  .array(valueSchema, 'expected a list of values')
  .min(1, 'expected at least one value')
  .max(MAX_LISTED_VALUES, `expected at most ${MAX_LISTED_VALUES} values`)
const existsSchema = z.boolean('expected true or false')
const fieldSchema = textSchema
  .min(1, 'expected the name of a column, or a JSON Pointer')
  .max(MAX_ID_BYTES, `expected at most ${MAX_ID_BYTES} characters`)
  .refine(
    (name) => !name.startsWith('/') || !/~(?![01])/.test(name),
    'expected ~0 or ~1 for each ~ of a JSON Pointer',
  )

/** The value if it is as it should be; else what is wrong is said, and nothing comes back. */
const take = <Value>(
  schema: z.ZodType<Value>,
  value: unknown,
  path: readonly PropertyKey[],
  complain: Complain,
): Value | undefined => {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  for (const issue of parsed.error.issues) complain([...path, ...issue.path], issue.message)
  return undefined
}

const member = (from: object, key: string): unknown =>
  Object.hasOwn(from, key) ? Reflect.get(from, key) : undefined

const isOperator = (key: string): key is Operator => COMPARISONS.some((operator) => operator === key)

/** Builds the comparison that an operator and its value make. */
const compared = (
  field: string,
  operator: Operator,
  value: unknown,
  path: readonly PropertyKey[],
  complain: Complain,
): Filter | undefined => {
  const given = <Value extends FilterValue | readonly FilterValue[]>(schema: z.ZodType<Value>) =>
    take(schema, value, [...path, operator], complain)
  const make = <Value>(found: Value | undefined, build: (found: Value) => Filter) =>
    found === undefined ? undefined : build(found)
  switch (operator) {
    case 'eq':
      return make(given(valueSchema), (eq) => ({ field, eq }))
    case 'in':
      return make(given(listSchema), (values) => ({ field, in: values }))
    case 'lt':
      return make(given(orderedSchema), (lt) => ({ field, lt }))
    case 'lte':
      return make(given(orderedSchema), (lte) => ({ field, lte }))
    case 'gt':
      return make(given(orderedSchema), (gt) => ({ field, gt }))
    case 'gte':
      return make(given(orderedSchema), (gte) => ({ field, gte }))
    case 'prefix':
      return make(given(textSchema), (prefix) => ({ field, prefix }))
    case 'exists':
      return make(given(existsSchema), (exists) => ({ field, exists }))
  }
}

const readComparison = (
  value: object,
  keys: readonly string[],
  path: readonly PropertyKey[],
  complain: Complain,
): Filter | undefined => {
  for (const key of keys)
    if (key !== 'field' && !isOperator(key)) return complain([...path, key], NO_SUCH_FIELD)
  const [operator, ...more] = keys.filter(isOperator)
  const field = take(fieldSchema, member(value, 'field'), [...path, 'field'], complain)
  if (operator === undefined || more.length > 0) return complain(path, ONE_COMPARISON)
  return field === undefined ? undefined : compared(field, operator, member(value, operator), path, complain)
}

const readFilter = (
  value: unknown,
  path: readonly PropertyKey[],
  depth: number,
  reading: Reading,
): Filter | undefined => {
  const { complain } = reading
  reading.nodes += 1
  // said once, not for each filter beyond
  if (reading.nodes > MAX_FILTER_NODES)
    return reading.nodes === MAX_FILTER_NODES + 1
      ? complain(path, `expected at most ${MAX_FILTER_NODES} filters in all`)
      : undefined
  if (depth > MAX_FILTER_DEPTH) return complain(path, `expected filters at most ${MAX_FILTER_DEPTH} deep`)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return complain(path, FILTER)
  const keys = Object.keys(value)
  const [key = ''] = keys
  if (keys.length !== 1 || !['and', 'or', 'not'].includes(key))
    return keys.length === 0 ? complain(path, FILTER) : readComparison(value, keys, path, complain)
  const inner = member(value, key)
  if (key === 'not') {
    const filter = readFilter(inner, [...path, key], depth + 1, reading)
    return filter && { not: filter }
  }
  if (!Array.isArray(inner) || inner.length === 0)
    return complain([...path, key], 'expected a list of at least one filter')
  const parts = inner.map((part: unknown, at) => readFilter(part, [...path, key, at], depth + 1, reading))
  const sound = parts.filter((part) => part !== undefined)
  if (sound.length < parts.length) return undefined
  return key === 'and' ? { and: sound } : { or: sound }
}

/** The form of a filter. Whether a dataset has its fields, and of which type they are, is looked at with the dataset. */
export const filterSchema = z.unknown().transform((value, context): Filter => {
  const complain: Complain = (path, message) => {
    context.addIssue({ code: 'custom', path: [...path], message })
    return undefined
  }
  return readFilter(value, [], 1, { complain, nodes: 0 }) ?? z.NEVER
})
