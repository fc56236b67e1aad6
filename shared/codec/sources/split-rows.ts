/** A row as it stands in the file, without its line end. */
export type RawRow = {
  /** When the row is longer than allowed, its first bytes only. */
  readonly bytes: Buffer
  /** The whole row's length in bytes. */
  readonly length: number
  /** For CSV: how many fields it has; undefined when its quotes are wrong. */
  readonly fields: number | undefined
}

/** Finds where rows end. It is shown each byte of the file once, in order, and keeps what it must between chunks. */
export type RowScanner = {
  /** The place of the LF that ends the row, from `at` on, or -1. */
  find(chunk: Uint8Array, at: number): number
  /** Called at the end of each row: the number of its fields, when fields are counted. */
  fields(): number | undefined
}

const LF = 0x0a
const CR = 0x0d
const QUOTE = 0x22
const COMMA = 0x2c

export const makeLineScanner = (): RowScanner => ({
  find: (chunk, at) => chunk.indexOf(LF, at),
  fields: () => undefined,
})

/** Rows of CSV as in RFC 4180: an LF within quotes does not end a row, and a quote counts only at a field's beginning. */
export const makeCsvScanner = (): RowScanner => {
  let state: 'start' | 'plain' | 'quoted' | 'closed' = 'start'
  let fields = 1
  let wrong = false
  return {
    find: (chunk, at) => {
      for (let place = at; place < chunk.length; place += 1) {
        const byte = chunk[place]
        if (state === 'quoted') {
          if (byte === QUOTE) state = 'closed'
        } else if (byte === LF) return place
        else if (byte === COMMA) {
          state = 'start'
          fields += 1
        } else if (byte === QUOTE && state === 'start') state = 'quoted'
        else if (byte === QUOTE && state === 'closed') state = 'quoted'
        else if (state === 'closed') wrong ||= byte !== CR
        else state = 'plain'
      }
      return -1
    },
    fields: () => {
      const counted = wrong || state === 'quoted' ? undefined : fields
      state = 'start'
      fields = 1
      wrong = false
      return counted
    },
  }
}

/** So much of a row that is too long is shown. */
const PREFIX = 1024

const withoutCr = (row: Buffer): Buffer => (row.at(-1) === CR ? row.subarray(0, -1) : row)

/**
 * Cuts a stream of bytes into rows, an array per chunk. Memory: one chunk, and one row up to `maxBytes`; of a longer row only
 * the beginning is kept. The last row needs no line end.
 */
export async function* splitRows(
  stream: AsyncIterable<Uint8Array>,
  scanner: RowScanner,
  maxBytes: number,
): AsyncGenerator<RawRow[]> {
  let parts: Uint8Array[] = []
  let length = 0
  let tooLong = false

  const keep = (part: Uint8Array) => {
    length += part.length
    if (tooLong) return
    parts.push(part)
    // one more for a CR, which is not part of the row
    tooLong = length > maxBytes + 1
    if (tooLong) parts = [Buffer.concat(parts, PREFIX)]
  }
  const endRow = (): RawRow => {
    const joined = parts.length === 1 && parts[0] !== undefined ? viewOf(parts[0]) : Buffer.concat(parts)
    const bytes = tooLong ? joined : withoutCr(joined)
    const row = { bytes, length: tooLong ? length : bytes.length, fields: scanner.fields() }
    parts = []
    length = 0
    tooLong = false
    return row
  }

  for await (const chunk of stream) {
    const rows: RawRow[] = []
    let at = 0
    for (let end = scanner.find(chunk, at); end >= 0; end = scanner.find(chunk, at)) {
      keep(chunk.subarray(at, end))
      rows.push(endRow())
      at = end + 1
    }
    // the chunk may be reused by its maker once the next one is asked for
    if (at < chunk.length) keep(tooLong ? chunk.subarray(at) : chunk.slice(at))
    if (rows.length > 0) yield rows
  }
  if (length > 0) yield [endRow()]
}

const viewOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
