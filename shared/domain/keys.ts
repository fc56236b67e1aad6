import type { PartitionRef, Segment } from './segment.ts'

/** Object keys of the archive bucket. Built only from validated names and ULIDs, never from ids of records. */

const place = ({ dataset, partition }: PartitionRef) => `dataset=${dataset}/partition=${partition}/`

/** Where the segments of a kind lie; Hive-style, so that query engines find `sealed/` by themselves. */
export const segmentPrefix = (kind: Segment['kind'], ref: PartitionRef): string => `${kind}/${place(ref)}`

export const segmentKey = (kind: Segment['kind'], ref: PartitionRef, ulid: string): string =>
  `${segmentPrefix(kind, ref)}${ulid}.parquet`

export const indexPrefix = (ref: PartitionRef): string => `index/${place(ref)}`

export const indexKey = (ref: PartitionRef, ulid: string): string => `${indexPrefix(ref)}${ulid}.index`

/** `name` is the SHA-256 of the object in hex. */
export const quarantineKey = (dataset: string, name: string): string =>
  `quarantine/dataset=${dataset}/${name}.ndjson`

/** What says that a unit of quarantine was sent again. */
export const retriedKey = (dataset: string, name: string): string =>
  `quarantine/retried/dataset=${dataset}/${name}.json`

const QUARANTINE_KEY =
  /^quarantine\/(retried\/)?dataset=(_unknown|[a-z][a-z0-9-]{0,62})\/([0-9a-f]{64})\.(ndjson|json)$/

/** The unit of quarantine that a key belongs to, as what; undefined for any other key. */
export const parseQuarantineKey = (
  key: string,
): { readonly kind: 'unit' | 'retried'; readonly dataset: string; readonly name: string } | undefined => {
  const [, retried, dataset, name, ending] = QUARANTINE_KEY.exec(key) ?? []
  if (dataset === undefined || name === undefined) return undefined
  if (retried === undefined) return ending === 'ndjson' ? { kind: 'unit', dataset, name } : undefined
  return ending === 'json' ? { kind: 'retried', dataset, name } : undefined
}

const PLACE = 'dataset=([a-z][a-z0-9-]{0,62})/partition=([0-9T-]{7,13})'
const ULID = '([0-9A-HJKMNP-TV-Z]{26})'
const SEGMENT_KEY = new RegExp(`^(?:landing|sealed)/${PLACE}/${ULID}\\.parquet$`)
const INDEX_KEY = new RegExp(`^index/${PLACE}/${ULID}\\.index$`)

const parsePlace = (key: string, pattern: RegExp): (PartitionRef & { segmentId: string }) | undefined => {
  const [, dataset, partition, segmentId] = pattern.exec(key) ?? []
  if (dataset === undefined || partition === undefined || segmentId === undefined) return undefined
  return { dataset, partition, segmentId }
}

/** The segment that a key belongs to; undefined for any other key. Used on keys that come from S3 events. */
export const parseSegmentKey = (
  key: string,
): (PartitionRef & { segmentId: string; kind: Segment['kind'] }) | undefined => {
  const found = parsePlace(key, SEGMENT_KEY)
  return found && { ...found, kind: key.startsWith('sealed/') ? 'sealed' : 'landing' }
}

/** The segment whose index object lies under a key; undefined for any other key. */
export const parseIndexKey = (key: string): (PartitionRef & { segmentId: string }) | undefined =>
  parsePlace(key, INDEX_KEY)

/**
 * The list of what one job of a rehydration thaws; `digest` of the list. Lists and reports are taken away by a lifecycle rule: nobody reads
 * them once a job is over.
 */
export const thawManifestKey = (rehydrationId: string, job: string, digest: string): string =>
  `thaws/${rehydrationId}/${job}-${digest}.csv`

/** Where S3 reports what the jobs of a rehydration could not ask for; without a closing slash. */
export const thawReportPrefix = (rehydrationId: string): string => `thaws/${rehydrationId}/reports`

/** What a queue gave up on. The queue's name is without service and stage. */
export const deadLetterKey = (queue: string, messageId: string): string =>
  `quarantine/dead-letters/queue=${queue}/${messageId}.json`

/** What says that a dead letter was sent again. */
export const retriedLetterKey = (queue: string, messageId: string): string =>
  `quarantine/retried/dead-letters/queue=${queue}/${messageId}.json`

const DEAD_LETTER_KEY =
  /^quarantine\/(?:retried\/)?dead-letters\/queue=([a-z][a-z0-9-]{0,62}(?:\.fifo)?)\/([0-9A-Za-z-]{1,100})\.json$/

/** The dead letter that a key of its object, or of its mark, belongs to; undefined for any other key. */
export const parseDeadLetterKey = (
  key: string,
): { readonly queue: string; readonly messageId: string } | undefined => {
  const [, queue, messageId] = DEAD_LETTER_KEY.exec(key) ?? []
  if (queue === undefined || messageId === undefined) return undefined
  return { queue, messageId }
}
