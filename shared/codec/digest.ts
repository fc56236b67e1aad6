import { createHash, hash } from 'node:crypto'
import type { Digest } from '../domain/digest.ts'
import { addDigests, emptyDigest } from '../domain/digest.ts'
import type { ArchiveRecord, TextPlace } from '../domain/record.ts'

/** The part of a record that makes it the same record. */
export type RecordIdentity = Pick<ArchiveRecord, 'id' | 'time' | 'body' | 'bodyPlace' | 'header'>

export type Digester = {
  /** Adds one record. Text must be well-formed Unicode: a lone surrogate hashes like U+FFFD. */
  add(record: RecordIdentity): void
  /** The digest of all that was added so far. */
  value(): Digest
}

/**
 * What a record's MD5 is taken over, in UTF-8. The lengths, in bytes, go first, so that no two records share one:
 * `idBytes,headerBytes,time:id header body`, without the spaces, with `-` for the length of a header that is null.
 * In DuckDB: `strlen(id) || ',' || coalesce(strlen(header)::text, '-') || ',' || epoch_ms(time) || ':' || id || …`.
 */
const preimage = (record: RecordIdentity): string => `${headOf(record)}${record.body}`

/** What comes before the body. */
const headOf = ({ id, time, header }: Pick<RecordIdentity, 'id' | 'time' | 'header'>): string =>
  header === null
    ? `${Buffer.byteLength(id)},-,${time}:${id}`
    : `${Buffer.byteLength(id)},${Buffer.byteLength(header)},${time}:${id}${header}`

/** Texts longer than this are not put together to be hashed: that takes their memory twice over. */
const LONG = 2 ** 20

const isHighSurrogate = (unit: number) => unit >= 0xd800 && unit <= 0xdbff

/** Room to put the parts of a preimage side by side, which is hashed faster than its parts one by one. */
const side = Buffer.allocUnsafe(64 * 1024)
const BYTES_OF_A_UNIT = 3

/** The same as of text, of a body that is bytes already. */
const md5OfBytes = (record: RecordIdentity, { page, start, end }: TextPlace): string => {
  const head = headOf(record)
  const length = end - start
  if (head.length * BYTES_OF_A_UNIT + length > side.length)
    return createHash('md5').update(head).update(page.subarray(start, end)).digest('binary')
  const at = side.write(head)
  page.copy(side, at, start, end)
  return hash('md5', side.subarray(0, at + length), 'binary')
}

/** The MD5 of a record, one byte a character: the cheapest of the encodings that crypto offers. */
const md5Of = (record: RecordIdentity): string => {
  if (record.bodyPlace !== undefined) return md5OfBytes(record, record.bodyPlace)
  const { body } = record
  if (body.length <= LONG) return hash('md5', preimage(record), 'binary')
  const md5 = createHash('md5').update(headOf(record))
  for (let at = 0, end = 0; at < body.length; at = end) {
    // a pair of surrogates is one character of UTF-8
    end = at + LONG + Number(isHighSurrogate(body.charCodeAt(at + LONG - 1)))
    md5.update(body.slice(at, end))
  }
  return md5.digest('binary')
}

/** Sums of 32-bit limbs stay exact in a number for 2^21 records. */
const FOLD_AFTER = 2 ** 20

/** Sums the digests of records one by one: about a microsecond each, since the sums are kept in numbers and folded rarely. */
export const makeDigester = (): Digester => {
  let folded = emptyDigest
  let count = 0
  let [a, b, c, d] = [0, 0, 0, 0]

  const fold = () => {
    const upper = (BigInt(a) << 32n) + BigInt(b)
    const lower = (BigInt(c) << 32n) + BigInt(d)
    folded = addDigests(folded, { count, upper, lower })
    count = a = b = c = d = 0
  }

  return {
    add: (record) => {
      const md5 = md5Of(record)
      a += limb(md5, 0)
      b += limb(md5, 4)
      c += limb(md5, 8)
      d += limb(md5, 12)
      count += 1
      if (count === FOLD_AFTER) fold()
    },
    value: () => {
      fold()
      return folded
    },
  }
}

const limb = (bytes: string, at: number): number =>
  bytes.charCodeAt(at) * 0x1000000 +
  (bytes.charCodeAt(at + 1) << 16) +
  (bytes.charCodeAt(at + 2) << 8) +
  bytes.charCodeAt(at + 3)

/** The digest of these records, each counted as often as it stands there. */
export const digestRecords = (records: Iterable<RecordIdentity>): Digest => {
  const digester = makeDigester()
  for (const record of records) digester.add(record)
  return digester.value()
}

export const digestRecord = (record: RecordIdentity): Digest => digestRecords([record])

/** The digest of texts that are no records, such as what goes to quarantine: each that of a record without id, at time 0. */
export const digestTexts = (texts: Iterable<string>): Digest => {
  const digester = makeDigester()
  for (const body of texts) digester.add({ id: '', time: 0, body, header: null })
  return digester.value()
}

export const digestText = (text: string): Digest => digestTexts([text])
