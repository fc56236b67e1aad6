import { readFile } from 'node:fs/promises'
import { gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { parquetReadObjects } from 'hyparquet'
import * as z from 'zod'
import { dataFile, type Source } from './source.ts'
import {
  asCsv,
  asNdjson,
  asParquet,
  type Day,
  type Sending,
  toJson,
  toRecord,
  twice,
} from './ways-to-send.ts'

const flightSchema = z.object({
  date: z.date(),
  delay: z.bigint(),
  distance: z.bigint(),
  origin: z.string(),
  destination: z.string(),
})

/** The first 13 days of 2001: 212,471 flights. */
const LAST_DAY = '2001-01-13'
const ROWS = 216_000
const RECORDS_A_MESSAGE = 100
const REPEATED_MESSAGES = 20

const readDays = async (): Promise<Day[]> => {
  const file = await readFile(dataFile('flights-3m.parquet'))
  const rows = await parquetReadObjects({
    file: file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength),
    rowEnd: ROWS,
    compressors: { ZSTD: (data) => zstdDecompressSync(data) },
  })
  const byDay = Map.groupBy(z.array(flightSchema).parse(rows), ({ date }) => date.toISOString().slice(0, 10))
  return [...byDay]
    .filter(([day]) => day <= LAST_DAY)
    .map(([day, flights]) => ({
      day,
      flights: flights.map((flight, index) => ({
        ...flight,
        flight: `${day}-${String(index).padStart(5, '0')}`,
      })),
    }))
}

const BAD_JSON = [
  '{"flight":"2001-01-01-9',
  '{"date":"2001-01-01T10:00:00Z"}',
  '{"flight":"x","date":"yesterday"}',
  '[1,2]',
]
const BAD_CSV = ['2001-01-04-99998,2001-01-04T10:00:00Z', ',2001-01-04T10:00:00Z,1,2,A,B']

const asMessages = ({ flights }: Day): Sending => {
  const records = flights.map((flight) => toRecord(flight, toJson(flight)))
  const messages = Array.from({ length: Math.ceil(records.length / RECORDS_A_MESSAGE) }, (_, index) => {
    const some = records.slice(index * RECORDS_A_MESSAGE, (index + 1) * RECORDS_A_MESSAGE)
    return { dataset: 'flights', text: some.map(({ body }) => body).join('\n') }
  })
  return {
    records,
    messages: [...messages, ...messages.slice(0, REPEATED_MESSAGES)],
    repeats: REPEATED_MESSAGES * RECORDS_A_MESSAGE,
  }
}

const plain = (data: Buffer) => data
const SENDINGS = [
  asNdjson('', plain, BAD_JSON),
  twice(asNdjson('.gz', gzipSync)),
  asNdjson('.zst', zstdCompressSync),
  asCsv('', plain, BAD_CSV),
  asCsv('.gz', gzipSync),
  asCsv('.zst', zstdCompressSync),
  asParquet,
]

/** Real flights as a back-fill: a day an object in one format after another, and the last day as messages. */
export const readFlights = async (): Promise<Source> => {
  const days = await readDays()
  const sent = days.map((day, index) => {
    const send = SENDINGS[index] ?? (day.day === LAST_DAY ? asMessages : asNdjson('.gz', gzipSync))
    return send(day)
  })
  return {
    records: sent.flatMap(({ records }) => records),
    objects: sent.flatMap(({ objects = [] }) => objects),
    messages: sent.flatMap(({ messages = [] }) => messages),
    repeats: sent.reduce((sum, { repeats = 0 }) => sum + repeats, 0),
    malformed: sent.reduce((sum, { malformed = 0 }) => sum + malformed, 0),
  }
}
