import { Readable } from 'node:stream'
import { createGzip, createZstdCompress } from 'node:zlib'

const MiB = 2 ** 20

/** Text that is packed by a third at most, without what JSON escapes, and without a repeat. */
const NOISE = Buffer.alloc(2 * MiB)
for (let at = 0, state = 1; at < NOISE.length; at += 1) {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  NOISE[at] = 0x30 + ((state >>> 16) % 43)
}

function* repeated(piece: Uint8Array, bytes: number): Generator<Uint8Array> {
  for (let left = bytes; left > 0; left -= piece.byteLength) yield piece.subarray(0, left)
}

/** One line of so many bytes: `start`, what fills it, and `end`. */
function* aLine(bytes: number, fill: Uint8Array, { start, end }: { start: string; end: string }) {
  const [head, tail] = [Buffer.from(start), Buffer.from(end)]
  yield head
  yield* repeated(fill, bytes - head.byteLength - tail.byteLength)
  yield tail
}

const KNOWN = '{"id":"a","at":"2024-03-10T12:00:00Z","x":'
const TEXT = { start: `${KNOWN}"`, end: '"}' }
/** One character beyond Latin-1 makes all of a text take twice the memory. */
const WIDE = { start: `${KNOWN}"月`, end: '"}' }

/** What an object is made of; it is made as it is read, so that it takes no memory of its own. */
export type HugeObject = {
  readonly key: string
  readonly maxBodyBytes: number
  readonly content: () => Readable
}

const lines = (maxBodyBytes: number, line: () => Iterable<Uint8Array>): HugeObject => ({
  key: 'orders/x.ndjson',
  maxBodyBytes,
  content: () => Readable.from(line()),
})

const packed = (extension: string, content: () => Readable): HugeObject => ({
  key: `orders/x.ndjson.${extension}`,
  maxBodyBytes: 16 * MiB,
  content,
})

const SPACES = Buffer.alloc(MiB, ' ')
const LONGEST = 256 * MiB

/** What unpacks to more than a thousand times as much. */
const bomb = () => Readable.from(repeated(SPACES, 1024 * MiB))
/** What does not, for what goes before it. */
const withinRatio = () => Readable.from([NOISE, ...repeated(SPACES, 256 * MiB)])

const MEMBERS = { start: `${KNOWN}[`, end: '{}]}' }
const MANY = 22 * MiB
const ofMany = MEMBERS.start.length + 3 * MANY + MEMBERS.end.length

export const HUGE_OBJECTS: ReadonlyMap<string, HugeObject> = new Map([
  // at the longest body that a dataset may allow, and a little above it
  ['as long', lines(LONGEST, () => aLine(LONGEST, NOISE, WIDE))],
  ['a byte more', lines(LONGEST, () => aLine(LONGEST + 1, NOISE, TEXT))],
  ['two bytes more', lines(LONGEST, () => aLine(LONGEST + 2, NOISE, TEXT))],
  // what takes many times its length in a form that something puts it into
  [
    'of what JSON writes in six characters',
    lines(LONGEST, () => aLine(LONGEST / 2, Buffer.alloc(MiB), TEXT)),
  ],
  ['of millions of objects', lines(LONGEST, () => aLine(ofMany, Buffer.from('{},'.repeat(MiB)), MEMBERS))],
  // one row, packed
  ['gzip beyond the ratio', packed('gz', () => bomb().pipe(createGzip({ level: 9 })))],
  ['zstd beyond the ratio', packed('zst', () => bomb().pipe(createZstdCompress()))],
  ['gzip within it', packed('gz', () => withinRatio().pipe(createGzip({ level: 9 })))],
  ['zstd within it', packed('zst', () => withinRatio().pipe(createZstdCompress()))],
])
