import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { constants, gzipSync, zstdCompressSync } from 'node:zlib'
import { readEarthquakes } from '../../demo/source/earthquakes.ts'
import { readFlights } from '../../demo/source/flights.ts'
import config from '../../icecore.config.ts'
import { digestRecords } from '../../shared/codec/digest.ts'
import { parseJsonRecord } from '../../shared/codec/parse-record.ts'
import { isRejection } from '../../shared/codec/rejection.ts'
import { makeMemorySink } from '../../shared/codec/segment-sink.ts'
import { makeSegmentWriter } from '../../shared/codec/segment-writer.ts'
import { emptyDigest } from '../../shared/domain/digest.ts'
import { compareRecords } from '../../shared/domain/record.ts'
import type { Case } from '../support/case.ts'
import { writeOrders } from '../support/orders.ts'

const SETS = ['flights', 'earthquakes', 'orders'] as const
type Set = (typeof SETS)[number]

/** A day of flights, all earthquakes, and the generated orders, which are of the flights' shape. */
const DAY_OF_FLIGHTS = '2001-01-02'

const fileOf = (folder: string, set: Set) => join(folder, `${set}.ndjson`)

const packed = async (set: Set, lines: readonly string[]): Promise<number> => {
  const dataset = config.datasets.get(set === 'orders' ? 'flights' : set)
  if (dataset === undefined) throw new Error(`there is no dataset ${set}`)
  const records = lines.map((line) => {
    const record = parseJsonRecord(dataset, line, Date.now())
    if (isRejection(record)) throw new Error(record.detail)
    return record
  })
  const sink = makeMemorySink()
  const segment = {
    dataset: dataset.name,
    partition: DAY_OF_FLIGHTS,
    id: '0',
    kind: 'sealed',
    createdAt: 0,
  } as const
  const writer = makeSegmentWriter({ segment, promoted: dataset.promoted, sink })
  await writer.write(records.toSorted(compareRecords))
  const { bytes, index } = await writer.finish({
    inputs: {},
    books: { received: digestRecords(records), duplicates: emptyDigest },
  })
  return bytes + index.byteLength
}

const inEach = async (folder: string, storedBytes: (text: Buffer, set: Set) => Promise<number> | number) => {
  const figures: Record<string, number> = {}
  let megabytes = 0
  for (const set of SETS) {
    const text = await readFile(fileOf(folder, set))
    figures[`${set}Bytes`] = await storedBytes(text, set)
    figures[`${set}Share`] = (figures[`${set}Bytes`] ?? Number.NaN) / text.length
    megabytes += text.length / 1e6
  }
  return { megabytes, figures }
}

export const storedBytesCase: Case = {
  name: 'stored-bytes',
  what: 'a sealed segment and its index, beside gzip -6 and zstd -9 of the same NDJSON',
  goals: SETS.flatMap((set) => [
    { kind: 'share', peer: 'gzip', figure: `${set}Bytes`, atMost: set === 'orders' ? 1 : 0.5 } as const,
    { kind: 'share', peer: 'zstd', figure: `${set}Bytes`, atMost: set === 'orders' ? 1 : 0.8 } as const,
  ]),
  prepare: async (folder) => {
    const flights = await readFlights()
    const day = flights.records
      .filter(({ body }) => body.includes(`"${DAY_OF_FLIGHTS}`))
      .map(({ body }) => body)
    await writeFile(fileOf(folder, 'flights'), `${day.join('\n')}\n`)
    const { records } = await readEarthquakes()
    await writeFile(fileOf(folder, 'earthquakes'), `${records.map(({ body }) => body).join('\n')}\n`)
    await writeOrders(fileOf(folder, 'orders'), 10)
  },
  contenders: {
    icecore: (folder) =>
      inEach(folder, (text, set) => packed(set, text.toString('utf8').split('\n').filter(Boolean))),
    gzip: (folder) => inEach(folder, (text) => gzipSync(text, { level: 6 }).byteLength),
    zstd: (folder) =>
      inEach(
        folder,
        (text) => zstdCompressSync(text, { params: { [constants.ZSTD_c_compressionLevel]: 9 } }).byteLength,
      ),
  },
}
