import { arrayElements, lastMember, type Slice } from './json-slice.ts'

/** The tokens of a JSON Pointer (RFC 6901), unescaped; undefined when the text is none, or points at the whole document. */
export const pointerTokens = (pointer: string): readonly string[] | undefined =>
  pointer.startsWith('/') && !/~(?![01])/.test(pointer)
    ? pointer
        .slice(1)
        .split('/')
        .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
    : undefined

const INDEX = /^(?:0|[1-9]\d{0,8})$/

/** Whether a token may lead to an element of an array. */
export const isIndex = (token: string): boolean => INDEX.test(token)

const elementAt = (text: string, at: number, token: string): Slice | undefined => {
  if (!isIndex(token)) return undefined
  let left = Number(token)
  for (const element of arrayElements(text, at)) {
    if (left === 0) return element
    left -= 1
  }
  return undefined
}

/** The source text of the value that a pointer's tokens lead to in a JSON document; undefined when there is none. */
export const sourceAtPointer = (text: string, tokens: readonly string[]): string | undefined => {
  let slice: Slice = { start: text.search(/[^ \t\n\r]/), end: text.length }
  for (const token of tokens) {
    const opening = text[slice.start]
    const next =
      opening === '{'
        ? lastMember(text, slice.start, token)
        : opening === '['
          ? elementAt(text, slice.start, token)
          : undefined
    if (next === undefined) return undefined
    slice = next
  }
  return text.slice(slice.start, slice.end)
}
