import type { FieldPath } from '../domain/dataset.ts'
import { findNotJson } from './json-check.ts'
import { slicesAt, sourceAt } from './json-slice.ts'
import type { Rejection } from './rejection.ts'
import { describe } from './rejection.ts'

/** A JSON object, to be asked for what is in it. Where keys repeat, the last value counts. */
export type JsonDocument = {
  /** The own member at a path; undefined when there is none. Of an array or an object it may say only that it is one. */
  valueAt(path: FieldPath): unknown
  /** Its text. */
  sourceAt(path: FieldPath): string | undefined
}

/** What a longer text is made into may take twenty times its memory, so only what is asked of it is. */
const LARGE = 2 ** 20

type JsonObject = { readonly [key: string]: unknown }

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const notAnObject = (value: unknown): Rejection => ({
  reason: 'not-an-object',
  detail: `body: expected a JSON object, got ${describe(value)}`,
})

/** The own member at a path; keys like `__proto__` are data like any other. */
const memberAt = (document: JsonObject, path: FieldPath): unknown => {
  let value: unknown = document
  for (const key of path) {
    if (!isObject(value) || !Object.hasOwn(value, key)) return undefined
    value = value[key]
  }
  return value
}

const readSmall = (text: string): JsonDocument | Rejection => {
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch (error) {
    const message = String(error).replace('SyntaxError: ', '').slice(0, 200)
    return { reason: 'malformed-json', detail: `body: expected a JSON document: ${message}` }
  }
  const root = document
  if (!isObject(root)) return notAnObject(root)
  return { valueAt: (path) => memberAt(root, path), sourceAt: (path) => sourceAt(text, path) }
}

/** A number or a text as it is; an array or an object empty. */
const outline = (source: string): unknown => {
  if (source.startsWith('{')) return {}
  return source.startsWith('[') ? [] : JSON.parse(source)
}

const readLarge = (text: string, paths: readonly FieldPath[]): JsonDocument | Rejection => {
  const at = findNotJson(text)
  if (at !== undefined) {
    const found = at < text.length ? 'unexpected character' : 'unexpected end'
    return {
      reason: 'malformed-json',
      detail: `body: expected a JSON document: ${found} at position ${at}`,
    }
  }
  const root = outline(text.trimStart())
  if (!isObject(root)) return notAnObject(root)
  const sources = new Map(slicesAt(text, paths).map((source, index) => [paths[index], source]))
  return {
    valueAt: (path) => {
      const source = sources.get(path)
      return source === undefined ? undefined : outline(source)
    },
    sourceAt: (path) => sources.get(path),
  }
}

/** @param paths what it will be asked for: these very arrays. */
export const readDocument = (text: string, paths: readonly FieldPath[]): JsonDocument | Rejection =>
  text.length > LARGE ? readLarge(text, paths) : readSmall(text)
