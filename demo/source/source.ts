/** One record as its producer knows it: what must come back, to the byte. */
export type SourceRecord = {
  readonly dataset: string
  readonly id: string
  readonly time: number
  readonly body: string
  readonly header: string | null
}

/** A message for the records queue. With `dataset` its text is NDJSON of that dataset, else an envelope. */
export type SourceMessage = { readonly text: string; readonly dataset?: string }

/** An object for the hot bucket. */
export type SourceObject = { readonly key: string; readonly data: Uint8Array }

/** Everything that a producer sends, and what it knows of it. */
export type Source = {
  /** Each record once. */
  readonly records: readonly SourceRecord[]
  readonly messages: readonly SourceMessage[]
  readonly objects: readonly SourceObject[]
  /** Records that are sent a second time. */
  readonly repeats: number
  /** Rows and messages that are no records. */
  readonly malformed: number
}

export const joinSources = (...sources: readonly Source[]): Source => ({
  records: sources.flatMap(({ records }) => records),
  messages: sources.flatMap(({ messages }) => messages),
  objects: sources.flatMap(({ objects }) => objects),
  repeats: sources.reduce((sum, { repeats }) => sum + repeats, 0),
  malformed: sources.reduce((sum, { malformed }) => sum + malformed, 0),
})

/** A file of the `vega-datasets` package. */
export const dataFile = (name: string): URL =>
  new URL(`../data/${name}`, import.meta.resolve('vega-datasets'))
