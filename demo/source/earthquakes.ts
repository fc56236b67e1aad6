import { readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import * as z from 'zod'
import { dataFile, type Source, type SourceMessage } from './source.ts'

const featureSchema = z.object({ id: z.string(), properties: z.object({ time: z.int() }) })

const FEATURES_A_MESSAGE = 10
const REPEATED_MESSAGES = 5

/** Each is no record, for a reason of its own; good neighbours in the same message are archived. */
const malformedMessages = (
  good: string,
): { messages: SourceMessage[]; repeats: number; malformed: number } => ({
  messages: [
    { text: 'this is no JSON' },
    { text: '{"dataset":"volcanoes","record":{"id":"v1"}}' },
    { text: `{"dataset":"earthquakes","records":[${good},{"id":17},{"properties":{"time":1517966773840}}]}` },
    // microseconds where milliseconds belong: a time far in the future
    { text: '{"dataset":"earthquakes","record":{"id":"us-late","properties":{"time":1517966773840000}}}' },
  ],
  repeats: 1,
  malformed: 5,
})

/** The features of the file are a line each, so a record's body is the very text that the survey published. */
const readFeatures = async () => {
  const text = await readFile(dataFile('earthquakes.json'), 'utf8')
  const start = text.indexOf('"features":[') + '"features":['.length
  const end = text.lastIndexOf('],"bbox"')
  return text
    .slice(start, end)
    .split('\n')
    .map((line) => line.replace(/,\s*$/, '').trim())
    .map((body) => {
      const { id, properties } = featureSchema.parse(JSON.parse(body))
      return { dataset: 'earthquakes', id, time: properties.time, body, header: null }
    })
}

/** A week of earthquakes, nested as published: the first half as messages, the rest as one object. */
export const readEarthquakes = async (): Promise<Source> => {
  const records = await readFeatures()
  const half = Math.ceil(records.length / 2)
  const messages = Array.from({ length: Math.ceil(half / FEATURES_A_MESSAGE) }, (_, index) => {
    const some = records.slice(index * FEATURES_A_MESSAGE, Math.min((index + 1) * FEATURES_A_MESSAGE, half))
    return { text: `{"dataset":"earthquakes","records":[${some.map(({ body }) => body).join(',\n')}]}` }
  })
  const file = Buffer.from(
    records
      .slice(half)
      .map(({ body }) => `${body}\r\n`)
      .join(''),
  )
  const malformed = malformedMessages(records[0]?.body ?? '')
  return {
    records,
    messages: [...messages, ...messages.slice(0, REPEATED_MESSAGES), ...malformed.messages],
    objects: [{ key: 'earthquakes/week 2018+05/all.ndjson.gz', data: gzipSync(file) }],
    repeats: REPEATED_MESSAGES * FEATURES_A_MESSAGE + malformed.repeats,
    malformed: malformed.malformed,
  }
}
