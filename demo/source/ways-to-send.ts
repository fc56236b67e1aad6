import { parquetWriteBuffer } from 'hyparquet-writer'
import type { SourceMessage, SourceObject, SourceRecord } from './source.ts'

/** A flight as its row stands in the file, with a name of its own: day and place in the day. */
export type Flight = {
  readonly flight: string
  readonly date: Date
  readonly delay: bigint
  readonly distance: bigint
  readonly origin: string
  readonly destination: string
}

/** Flights that are sent together, and the name of what they are sent in. */
export type Day = { readonly day: string; readonly flights: readonly Flight[] }

const CSV_HEADER = 'flight,date,delay,distance,origin,destination'

export const toJson = ({ flight, date, delay, distance, origin, destination }: Flight): string =>
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

export const toRecord = (flight: Flight, body: string, header: string | null = null): SourceRecord => ({
  dataset: 'flights',
  id: flight.flight,
  time: flight.date.getTime(),
  body,
  header,
})

const lines = (rows: readonly string[]) => Buffer.from(rows.map((row) => `${row}\n`).join(''))

/** The way that a day's flights are sent: rows that are no flights stand among them here and there. */
export type Sending = {
  readonly records: readonly SourceRecord[]
  readonly objects?: readonly SourceObject[]
  readonly messages?: readonly SourceMessage[]
  readonly malformed?: number
  readonly repeats?: number
}

/** Puts bad rows between good ones, a thousand apart. */
const strew = (rows: string[], bad: readonly string[]) => {
  for (const [index, row] of bad.entries()) rows.splice(1000 * (index + 1), 0, row)
}

export const asNdjson =
  (extension: string, pack: (data: Buffer) => Uint8Array, bad: readonly string[] = []) =>
  ({ day, flights }: Day): Sending => {
    const records = flights.map((flight) => toRecord(flight, toJson(flight)))
    const rows = records.map(({ body }) => body)
    strew(rows, bad)
    const object = { key: `flights/${day}.ndjson${extension}`, data: pack(lines(rows)) }
    return { records, objects: [object], malformed: bad.length }
  }

/** The same day twice, under another key: all of the second is repeats. */
export const twice =
  (send: (day: Day) => Sending) =>
  (day: Day): Sending => {
    const { records, objects = [], ...rest } = send(day)
    const again = {
      key: `flights/sent-again/${day.day}.ndjson`,
      data: lines(records.map(({ body }) => body)),
    }
    return { ...rest, records, objects: [...objects, again], repeats: records.length }
  }

export const asCsv =
  (extension: string, pack: (data: Buffer) => Uint8Array, bad: readonly string[] = []) =>
  ({ day, flights }: Day): Sending => {
    const records = flights.map((flight) => toRecord(flight, toCsv(flight), CSV_HEADER))
    const rows = records.map(({ body }) => body)
    strew(rows, bad)
    const object = { key: `flights/${day}.csv${extension}`, data: pack(lines([CSV_HEADER, ...rows])) }
    return { records, objects: [object], malformed: bad.length }
  }

/** A row of a Parquet file has no text of its own; icecore writes it as JSON, column by column. */
export const asParquet = ({ day, flights }: Day): Sending => {
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
