const QUOTE = 0x22
const BACKSLASH = 0x5c

const isSpace = (unit: number) => unit === 0x20 || unit === 0x0a || unit === 0x0d || unit === 0x09
const isDigit = (unit: number) => unit >= 0x30 && unit <= 0x39
const isHexDigit = (unit: number) => isDigit(unit) || ((unit | 0x20) >= 0x61 && (unit | 0x20) <= 0x66)

const LITERALS: ReadonlyMap<string, string> = new Map(
  ['true', 'false', 'null'].map((word) => [word.charAt(0), word]),
)
const ESCAPES: ReadonlySet<string> = new Set('"\\/bfnrt')

const skipSpace = (text: string, at: number): number => {
  let place = at
  while (isSpace(text.charCodeAt(place))) place += 1
  return place
}

/** Behind everything: where nothing is, so that whatever looks there goes no further. */
const NOWHERE = Number.POSITIVE_INFINITY

/** What is open, a bit each: nesting may be as deep as the text is long. */
const makeNesting = () => {
  let bits = Buffer.alloc(64)
  let depth = 0
  return {
    open: (isObject: boolean) => {
      const [at, bit] = [depth >> 3, 1 << (depth & 7)]
      if (at === bits.length) bits = Buffer.concat([bits, Buffer.alloc(bits.length)])
      const others = bits.readUInt8(at) & ~bit
      bits.writeUInt8(isObject ? others | bit : others, at)
      depth += 1
    },
    close: () => {
      depth -= 1
    },
    isOpen: () => depth > 0,
    isInObject: () => ((bits.readUInt8((depth - 1) >> 3) >> ((depth - 1) & 7)) & 1) === 1,
  }
}

/** Steps over the parts of a document. Where one is not what it has to be, that place is kept, and the step leads nowhere. */
const makeSteps = (text: string) => {
  let wrongAt: number | undefined

  const fail = (at: number): number => {
    wrongAt ??= at
    return NOWHERE
  }

  const skipDigits = (at: number): number => {
    let place = at
    while (isDigit(text.charCodeAt(place))) place += 1
    return place === at ? fail(at) : place
  }

  const skipNumber = (at: number): number => {
    let place = text[at] === '-' ? at + 1 : at
    place = text[place] === '0' ? place + 1 : skipDigits(place)
    if (text[place] === '.') place = skipDigits(place + 1)
    if (text[place] !== 'e' && text[place] !== 'E') return place
    place += 1
    return skipDigits(text[place] === '+' || text[place] === '-' ? place + 1 : place)
  }

  const skipEscape = (at: number): number => {
    if (ESCAPES.has(text.charAt(at))) return at + 1
    if (text[at] !== 'u') return fail(at)
    for (let digit = at + 1; digit < at + 5; digit += 1)
      if (!isHexDigit(text.charCodeAt(digit))) return fail(digit)
    return at + 5
  }

  const skipString = (at: number): number => {
    if (text.charCodeAt(at) !== QUOTE) return fail(at)
    let place = at + 1
    for (;;) {
      const unit = text.charCodeAt(place)
      if (unit === QUOTE) return place + 1
      // NaN, behind the end of the text, is not either
      if (!(unit >= 0x20)) return fail(place)
      place = unit === BACKSLASH ? skipEscape(place + 1) : place + 1
    }
  }

  const skipScalar = (at: number): number => {
    if (text.charCodeAt(at) === QUOTE) return skipString(at)
    const word = LITERALS.get(text.charAt(at))
    if (word === undefined) return skipNumber(at)
    return text.startsWith(word, at) ? at + word.length : fail(at)
  }

  /** From the beginning of a member's key to that of its value. */
  const skipKey = (at: number): number => {
    const colon = skipSpace(text, skipString(at))
    return text[colon] === ':' ? skipSpace(text, colon + 1) : fail(colon)
  }

  return { fail, skipScalar, skipKey, wrongAt: () => wrongAt }
}

/**
 * Where a text stops being one JSON document; undefined where it is one. Says of each text what `JSON.parse` says, and builds
 * nothing: what that builds can take twenty times as much memory as the text.
 */
export const findNotJson = (text: string): number | undefined => {
  const { fail, skipScalar, skipKey, wrongAt } = makeSteps(text)
  const nesting = makeNesting()
  let at = skipSpace(text, 0)
  for (;;) {
    // at the beginning of a value
    const first = text[at]
    if (first === '{' || first === '[') {
      const isObject = first === '{'
      nesting.open(isObject)
      at = skipSpace(text, at + 1)
      if (text[at] !== (isObject ? '}' : ']')) {
        if (isObject) at = skipKey(at)
        continue
      }
    } else at = skipSpace(text, skipScalar(at))
    // at its end, or before a bracket that closes what is open
    while (nesting.isOpen() && text[at] === (nesting.isInObject() ? '}' : ']')) {
      nesting.close()
      at = skipSpace(text, at + 1)
    }
    if (!nesting.isOpen() || text[at] !== ',') {
      if (nesting.isOpen() || at !== text.length) fail(at)
      return wrongAt()
    }
    at = skipSpace(text, at + 1)
    if (nesting.isInObject()) at = skipKey(at)
  }
}
