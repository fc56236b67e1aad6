/** A value's place in a text: `start` inclusive, `end` exclusive, no space around it. */
export type Slice = { readonly start: number; readonly end: number }
export type Member = Slice & { readonly key: string }

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d

const isSpace = (unit: number) => unit === 0x20 || unit === 0x0a || unit === 0x0d || unit === 0x09

const skipSpace = (text: string, at: number): number => {
  let place = at
  while (isSpace(text.charCodeAt(place))) place += 1
  return place
}

const notJson = (at: number) => new SyntaxError(`JSON scanner: unexpected character at ${at}`)

/** From the opening quote to behind the closing one. */
const skipString = (text: string, at: number): number => {
  for (let quote = text.indexOf('"', at + 1); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let slashes = 0
    while (text.charCodeAt(quote - 1 - slashes) === BACKSLASH) slashes += 1
    if (slashes % 2 === 0) return quote + 1
  }
  throw notJson(text.length)
}

const endsScalar = (unit: number) =>
  Number.isNaN(unit) || isSpace(unit) || unit === COMMA || unit === CLOSE_BRACKET || unit === CLOSE_BRACE

/** Behind the value that begins at `at`. Iterative: nesting may be as deep as the text is long. */
const skipValue = (text: string, at: number): number => {
  let depth = 0
  let place = at
  do {
    const unit = text.charCodeAt(place)
    if (Number.isNaN(unit)) throw notJson(place)
    if (unit === QUOTE) place = skipString(text, place)
    else {
      if (unit === OPEN_BRACE || unit === OPEN_BRACKET) depth += 1
      else if (unit === CLOSE_BRACE || unit === CLOSE_BRACKET) depth -= 1
      else if (depth === 0) {
        while (!endsScalar(text.charCodeAt(place))) place += 1
        return place
      }
      place += 1
    }
  } while (depth > 0)
  return place
}

const expectUnit = (text: string, at: number, unit: number): number => {
  if (text.charCodeAt(at) !== unit) throw notJson(at)
  return at + 1
}

/** Steps over a comma to the next value, or over the closing unit, which ends the list. */
const nextItem = (text: string, at: number, close: number): number | undefined => {
  const place = skipSpace(text, at)
  if (text.charCodeAt(place) === close) return undefined
  return skipSpace(text, expectUnit(text, place, COMMA))
}

const firstItem = (text: string, at: number, open: number, close: number): number | undefined => {
  const place = skipSpace(text, expectUnit(text, skipSpace(text, at), open))
  return text.charCodeAt(place) === close ? undefined : place
}

/**
 * The members of the JSON object that begins at `at`, in order, repeated keys included. The text must be valid JSON
 * (`JSON.parse` says so): this only finds places. A text that is not may end in a `SyntaxError`.
 */
export function* objectMembers(text: string, at = 0): Generator<Member> {
  let place = firstItem(text, at, OPEN_BRACE, CLOSE_BRACE)
  while (place !== undefined) {
    const keyEnd = skipString(text, place)
    const source = text.slice(place, keyEnd)
    const key: unknown = source.includes('\\') ? JSON.parse(source) : source.slice(1, -1)
    const start = skipSpace(text, expectUnit(text, skipSpace(text, keyEnd), COLON))
    const end = skipValue(text, start)
    yield { key: String(key), start, end }
    place = nextItem(text, end, CLOSE_BRACE)
  }
}

/** A key as it is written takes at least as many characters as what it stands for, and as many only without escapes. */
const isKey = (text: string, place: number, end: number, key: string): boolean => {
  const length = end - place - 2
  if (length <= key.length)
    return length === key.length && text.startsWith(key, place + 1) && !key.includes('\\')
  const source = text.slice(place, end)
  return source.includes('\\') && JSON.parse(source) === key
}

/** The last member of this key of the object that begins at `at`. Like `objectMembers`, but nothing is made of the others. */
export const lastMember = (text: string, at: number, key: string): Slice | undefined => {
  let found: Slice | undefined
  let place = firstItem(text, at, OPEN_BRACE, CLOSE_BRACE)
  while (place !== undefined) {
    const keyEnd = skipString(text, place)
    const start = skipSpace(text, expectUnit(text, skipSpace(text, keyEnd), COLON))
    const end = skipValue(text, start)
    if (isKey(text, place, keyEnd, key)) found = { start, end }
    place = nextItem(text, end, CLOSE_BRACE)
  }
  return found
}

/** The elements of the JSON array that begins at `at`; otherwise like `objectMembers`. */
export function* arrayElements(text: string, at = 0): Generator<Slice> {
  let start = firstItem(text, at, OPEN_BRACKET, CLOSE_BRACKET)
  while (start !== undefined) {
    const end = skipValue(text, start)
    yield { start, end }
    start = nextItem(text, end, CLOSE_BRACKET)
  }
}

/** The source text of the member at `path`, the last one where keys repeat; undefined when there is none. */
export const sourceAt = (text: string, path: readonly string[]): string | undefined => {
  let slice: Slice = { start: skipSpace(text, 0), end: text.length }
  for (const key of path) {
    if (text.charCodeAt(slice.start) !== OPEN_BRACE) return undefined
    const found = lastMember(text, slice.start, key)
    if (found === undefined) return undefined
    slice = found
  }
  return text.slice(slice.start, slice.end)
}

/**
 * The places of the members at these paths, the last one where keys repeat, in the order of the paths; undefined where there
 * is none. The outermost object is gone through once.
 */
export const slicesAt = (
  text: string,
  paths: readonly (readonly string[])[],
): readonly (string | undefined)[] => {
  const wanted = new Set(paths.map(([first]) => first))
  const found = new Map<string | undefined, Slice>()
  for (const member of objectMembers(text)) if (wanted.has(member.key)) found.set(member.key, member)
  return paths.map(([first, ...rest]) => {
    const slice = found.get(first)
    return slice && sourceAt(text.slice(slice.start, slice.end), rest)
  })
}
