import type { Compression, DeliveryFormat, RehydrationRequest } from './rehydration.ts'

type Shape = Pick<RehydrationRequest, 'format' | 'compression'>

const SUFFIXES = { none: '', gzip: '.gz', zstd: '.zst' } as const satisfies Record<Compression, string>

/** The name of a partition's file among those of its rehydration. */
export const partName = (partition: string, { format, compression }: Shape): string =>
  `${partition}.${format}${SUFFIXES[compression]}`

/** What is in a file once it is unpacked. */
export const CONTENT_TYPES = {
  ndjson: 'application/x-ndjson',
  csv: 'text/csv; charset=utf-8; header=present',
  parquet: 'application/vnd.apache.parquet',
} as const satisfies Record<DeliveryFormat, string>

const PACKED_TYPES = { gzip: 'application/gzip', zstd: 'application/zstd' } as const

/** Of a file as it lies there. No content encoding is declared: a client that undoes one by itself would not find the SHA-256. */
export const contentTypeOf = ({ format, compression }: Shape): string =>
  compression === 'none' ? CONTENT_TYPES[format] : PACKED_TYPES[compression]
