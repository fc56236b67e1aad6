/** A value that is copied out of the body into a column of its own, so that queries need not parse bodies. */
export type PromotedValue = string | number | bigint | boolean | null

/** Text in UTF-8 as it lies within a larger piece: bytes `start` (inclusive) to `end` (exclusive). */
export type TextPlace = { readonly page: Buffer; readonly start: number; readonly end: number }

/** One immutable item of a dataset. */
export type ArchiveRecord = {
  /** 1 to 1,024 bytes in UTF-8; any Unicode, opaque. */
  readonly id: string
  /** Event time in ms since 1970-01-01 UTC. */
  readonly time: number
  /** The given text, unchanged: one JSON document, or one CSV row without its line end. Always valid UTF-8. */
  readonly body: string
  /** Where the body was read as bytes: these. Then `body` is made of them each time that it is asked for. */
  readonly bodyPlace?: TextPlace
  /** For a CSV row, the header line that its file began with: without it the row has no meaning. */
  readonly header: string | null
  /** When icecore received it, in ms. Not part of what makes a record the same. */
  readonly arrived: number
  /** Orders the versions of one id and time, when the dataset says where in the body it is; the later is current. */
  readonly version: string | null
  /** By promoted column, in the order that the dataset declares. */
  readonly promoted: readonly PromotedValue[]
}

/** About how much a record's body takes, in bytes or characters, without making text of it. */
export const bodySize = (record: ArchiveRecord): number => {
  const place = record.bodyPlace
  return place === undefined ? record.body.length : place.end - place.start
}

export const MAX_ID_BYTES = 1024

/** Two records are the same when id, time and body (with the header that gives it meaning) are the same. */
export const sameRecord = (a: ArchiveRecord, b: ArchiveRecord): boolean =>
  a.id === b.id && a.time === b.time && a.body === b.body && a.header === b.header

const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** No header comes before an empty one: were they equal, other records could stand between two that are the same. */
const compareHeaders = (a: string | null, b: string | null) =>
  a === null || b === null ? Number(a !== null) - Number(b !== null) : compareText(a, b)

/** The order within a segment: by id, then time, then body; exact duplicates stand side by side, earliest arrival first. */
export const compareRecords = (a: ArchiveRecord, b: ArchiveRecord): number =>
  compareText(a.id, b.id) ||
  a.time - b.time ||
  compareText(a.body, b.body) ||
  compareHeaders(a.header, b.header) ||
  a.arrived - b.arrived
