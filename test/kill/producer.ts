import { gzipSync, zstdCompressSync } from 'node:zlib'
import type { SourceRecord } from '../../demo/source/source.ts'
import {
  asCsv,
  asNdjson,
  asParquet,
  type Flight,
  type Sending,
  toJson,
  toRecord,
} from '../../demo/source/ways-to-send.ts'
import type { Draw } from '../simulation/draw.ts'
import type { Sent } from './books.ts'

const DAY = 86_400_000

/** A message for the records queue, as it is written. */
export type Message = Sent & { readonly text: string; readonly dataset: string | undefined }
export type HotFile = Sent & { readonly key: string; readonly data: Uint8Array }

export type Producer = {
  message(now: number): Message
  file(now: number): HotFile
}

/**
 * Days before today that the records of a draw are of: fresh ones, ones about to move to a colder class, and ones that go to
 * DEEP_ARCHIVE as soon as they are sealed.
 */
const AGES = [0, 0, 0, 0, 0, 1, 1, 29, 30, 179, 180, 6000] as const
/** Earthquakes expire after ten years: some are sent days before. */
const TEN_YEARS = 3650
const QUAKE_AGES = [0, 0, 0, 1, 13, 14, TEN_YEARS - 1, TEN_YEARS - 3] as const
const MOST_REMEMBERED = 50

const plain = (data: Buffer) => data

/** Makes things to send, each record with an id of its own; what it sends again it sends as it was. */
export const makeProducer = (draw: Draw): Producer => {
  let made = 0
  const remembered: Message[] = []
  const nextId = () => {
    made += 1
    return `K${made}`
  }
  const timeOf = (now: number, ages: readonly number[]) =>
    Math.floor(now / DAY) * DAY - (draw.pick(ages) ?? 0) * DAY + draw.below(DAY)

  const flight = (now: number): Flight => ({
    flight: nextId(),
    date: new Date(Math.min(now, timeOf(now, AGES))),
    delay: BigInt(draw.below(300)),
    distance: BigInt(draw.below(9000)),
    origin: 'LIS',
    destination: draw.chance(0.1) ? 'Ō \u{1f6eb}' : 'OSL',
  })
  const flights = (now: number, count: number) => Array.from({ length: count }, () => flight(now))
  const cut = () => `{"flight":"${nextId()}","date":`

  const quake = (now: number): SourceRecord => {
    const id = nextId()
    const time = Math.min(now, timeOf(now, QUAKE_AGES))
    // an integer beyond 2^53 and a repeated key: what is parsed and printed again is another text
    const body = `{"id":"${id}","note":12345678901234567890,"note":"${'é'.repeat(draw.below(200))}","properties":{"time":${time},"mag":${draw.below(90) / 10}}}`
    return { dataset: 'earthquakes', id, time, body, header: null }
  }

  const someFlights = (now: number): Message => {
    const records = flights(now, 1 + draw.below(12)).map((each) => toRecord(each, toJson(each)))
    const bad = draw.chance(0.3) ? [cut()] : []
    const text = [...records.map(({ body }) => body), ...bad].join('\n')
    return { key: undefined, dataset: 'flights', records, bad, text }
  }
  const someQuakes = (now: number): Message => {
    const records = Array.from({ length: 1 + draw.below(8) }, () => quake(now))
    const text = `{"dataset":"earthquakes","records":[${records.map(({ body }) => body).join(',')}]}`
    return { key: undefined, dataset: undefined, records, bad: [], text }
  }
  const noMessage = (): Message => {
    const text = `no JSON ${nextId()}`
    return { key: undefined, dataset: undefined, records: [], bad: [text], text }
  }
  const again = (now: number): Message => draw.pick(remembered) ?? someFlights(now)

  const kinds = [someFlights, someFlights, someFlights, someFlights, someQuakes, someQuakes, noMessage, again]
  const message = (now: number): Message => {
    const next = (draw.pick(kinds) ?? someFlights)(now)
    if (remembered.length < MOST_REMEMBERED) remembered.push(next)
    else remembered[draw.below(MOST_REMEMBERED)] = next
    return next
  }

  const file = (now: number): HotFile => {
    const day = nextId()
    const bad = draw.chance(0.3) ? [cut()] : []
    const badRow = draw.chance(0.3) ? [`${nextId()},short`] : []
    const ways: readonly {
      bad: readonly string[]
      send: (day: { day: string; flights: Flight[] }) => Sending
    }[] = [
      { bad, send: asNdjson('', plain, bad) },
      { bad, send: asNdjson('.gz', gzipSync, bad) },
      { bad, send: asNdjson('.zst', zstdCompressSync, bad) },
      { bad: badRow, send: asCsv('.gz', gzipSync, badRow) },
      { bad: [], send: asParquet },
    ]
    const way = draw.pick(ways) ?? { bad: [], send: asParquet }
    const { records, objects = [] } = way.send({ day, flights: flights(now, 20 + draw.below(60)) })
    const [object] = objects
    if (object === undefined) throw new Error('a way to send has no object')
    return { ...object, records, bad: way.bad }
  }

  return { message, file }
}
