/** Text for a terminal. */

const CONTROLS =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is they that must not reach a terminal
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g

const NAMED = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
])

/** Control characters, and those that turn the direction of text, as escapes: a record must not command the terminal. */
export const escapeControls = (text: string): string =>
  text.replace(CONTROLS, (character) => {
    const code = character.codePointAt(0) ?? 0
    return NAMED.get(character) ?? `\\u{${code.toString(16)}}`
  })

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const

/** A duration in its largest unit, such as `3 d`. */
export const formatAge = (ms: number): string => {
  for (const [unit, length] of UNITS) if (ms >= length) return `${Math.floor(ms / length)} ${unit}`
  return '0 s'
}

export const formatTime = (time: number): string => new Date(time).toISOString()

/** Rows under their headings, in columns that are as wide as they must be. */
export const formatTable = (headings: readonly string[], rows: readonly (readonly string[])[]): string => {
  const lines = [headings, ...rows].map((row) => row.map(escapeControls))
  const widths = headings.map((_, column) => Math.max(...lines.map((row) => row[column]?.length ?? 0)))
  return lines
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Names before their values, one a line. */
export const formatFields = (fields: readonly (readonly [string, string])[]): string => {
  const width = Math.max(...fields.map(([name]) => name.length))
  return fields.map(([name, value]) => `${name.padEnd(width)}  ${escapeControls(value)}`).join('\n')
}

/** `1 record`, `2 records`. */
export const countOf = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`
