import type { Compression } from './decompress.ts'

export const SOURCE_FORMATS = ['ndjson', 'csv', 'parquet'] as const
export type SourceFormat = (typeof SOURCE_FORMATS)[number]

const FORMATS: Readonly<Record<string, SourceFormat>> = {
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  json: 'ndjson',
  csv: 'csv',
  parquet: 'parquet',
}
const COMPRESSIONS: Readonly<Record<string, Compression>> = { gz: 'gzip', zst: 'zstd', zstd: 'zstd' }

const KEY = /\.([a-z]+)(?:\.([a-z]+))?$/i

const pick = <T>(table: Readonly<Record<string, T>>, name: string | undefined): T | undefined => {
  const known = name?.toLowerCase()
  return known !== undefined && Object.hasOwn(table, known) ? table[known] : undefined
}

/**
 * What a key's extensions say of its object: `.ndjson`, `.jsonl`, `.json` (one document a line), `.csv`, each also with
 * `.gz`, `.zst` or `.zstd` behind it, and `.parquet`, which compresses within itself. Undefined for any other key.
 */
export const formatOfKey = (key: string): { format: SourceFormat; compression: Compression } | undefined => {
  const [, first, second] = KEY.exec(key.slice(-40)) ?? []
  const outer = pick(COMPRESSIONS, second)
  const format = pick(FORMATS, outer === undefined ? (second ?? first) : first)
  if (format === undefined || (outer !== undefined && format === 'parquet')) return undefined
  return { format, compression: outer ?? 'none' }
}
