import { readFile } from 'node:fs/promises'
import { gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { parquetReadObjects } from 'hyparquet'
import { parquetWriteBuffer } from 'hyparquet-writer'
import * as z from 'zod'
import { dataFile, type Source, type SourceMessage, type SourceObject, type SourceRecord } from './source.ts'

const flightSchema = z.object({
  date: z.date(),
  delay: z.bigint(),
  distance: z.bigint(),
  origin: z.string(),
  destination: z.string(),
})

/** A flight as its row stands in the file, with a name of its own: day and place in the day. */
type Flight = z.infer<typeof flightSchema> & { readonly flight: string }

type Day = { readonly day: string; readonly flights: readonly Flight[] }

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

const CSV_HEADER = 'flight,date,delay,distance,origin,destination'

const toJson = ({ flight, date, delay, distance, origin, destination }: Flight): string =>
  JSON.stringify({
    flight,
    date: date.toISOString(),
    delay: Number(delay),
    distance: Number(distance),
    origin,
    destination,
  })

const toCsv = ({ flight, date, delay, distance, origin, destination }: Flight): string =>
  [flight, date.toISOString(), delay, distance, origin, destination].join(',')

const toRecord = (flight: Flight, body: string, header: string | null = null): SourceRecord => ({
  dataset: 'flights',
  id: flight.flight,
  time: flight.date.getTime(),
  body,
  header,
})

const lines = (rows: readonly string[]) => Buffer.from(rows.map((row) => `${row}\n`).join(''))

/** The way that a day's flights are sent: rows that are no flights stand among them here and there. */
type Sending = {
  readonly records: readonly SourceRecord[]
  readonly objects?: readonly SourceObject[]
  readonly messages?: readonly SourceMessage[]
  readonly malformed?: number
  readonly repeats?: number
}

const BAD_JSON = [
  '{"flight":"2001-01-01-9',
  '{"date":"2001-01-01T10:00:00Z"}',
  '{"flight":"x","date":"yesterday"}',
  '[1,2]',
]
const BAD_CSV = ['2001-01-04-99998,2001-01-04T10:00:00Z', ',2001-01-04T10:00:00Z,1,2,A,B']

/** Puts bad rows between good ones, a thousand apart. */
const strew = (rows: string[], bad: readonly string[]) => {
  for (const [index, row] of bad.entries()) rows.splice(1000 * (index + 1), 0, row)
}

const asNdjson =
  (extension: string, pack: (data: Buffer) => Uint8Array, bad: readonly string[] = []) =>
  ({ day, flights }: Day): Sending => {
    const records = flights.map((flight) => toRecord(flight, toJson(flight)))
    const rows = records.map(({ body }) => body)
    strew(rows, bad)
    const object = { key: `flights/${day}.ndjson${extension}`, data: pack(lines(rows)) }
    return { records, objects: [object], malformed: bad.length }
  }

/** The same day twice, under another key: all of the second is repeats. */
const twice =
  (send: (day: Day) => Sending) =>
  (day: Day): Sending => {
    const { records, objects = [], ...rest } = send(day)
    const again = {
      key: `flights/sent-again/${day.day}.ndjson`,
      data: lines(records.map(({ body }) => body)),
    }
    return { ...rest, records, objects: [...objects, again], repeats: records.length }
  }

const asCsv =
  (extension: string, pack: (data: Buffer) => Uint8Array, bad: readonly string[] = []) =>
  ({ day, flights }: Day): Sending => {
    const records = flights.map((flight) => toRecord(flight, toCsv(flight), CSV_HEADER))
    const rows = records.map(({ body }) => body)
    strew(rows, bad)
    const object = { key: `flights/${day}.csv${extension}`, data: pack(lines([CSV_HEADER, ...rows])) }
    return { records, objects: [object], malformed: bad.length }
  }

/** A row of a Parquet file has no text of its own; icecore writes it as JSON, column by column. */
const asParquet = ({ day, flights }: Day): Sending => {
  const data = parquetWriteBuffer({
    columnData: [
      { name: 'flight', data: flights.map(({ flight }) => flight), type: 'STRING' },
      { name: 'date', data: flights.map(({ date }) => date), type: 'TIMESTAMP' },
      { name: 'delay', data: flights.map(({ delay }) => delay), type: 'INT64' },
      { name: 'distance', data: flights.map(({ distance }) => distance), type: 'INT64' },
      { name: 'origin', data: flights.map(({ origin }) => origin), type: 'STRING' },
      { name: 'destination', data: flights.map(({ destination }) => destination), type: 'STRING' },
    ],
  })
  return {
    records: flights.map((flight) => toRecord(flight, toJson(flight))),
    objects: [{ key: `flights/${day}.parquet`, data: new Uint8Array(data) }],
  }
}

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
