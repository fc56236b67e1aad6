import type { Command } from 'commander'
import type { QuoteRequest } from 'icecore/client'
import { COMPRESSIONS, FORMATS } from '../shared/domain/rehydration.ts'
import { readDays, readOneOf } from './options.ts'

export type FormOptions = {
  readonly format?: string
  readonly compression?: string
  readonly columns?: string
  readonly keepDays?: string
}

/** Adds the options that say in what form records are delivered, and for how long they are kept. */
export const withForm = (command: Command): Command =>
  command
    .option('--format <format>', 'ndjson unless given, csv, or parquet')
    .option('--compression <name>', 'of ndjson and csv: none unless given, gzip, or zstd')
    .option('--columns <names>', 'the columns of the files, separated by commas')
    .option('--keep-days <days>', 'how long thawed segments must stay readable')

type Form = Pick<QuoteRequest, 'format' | 'compression' | 'columns' | 'keepDays'>

/** What of a request the options give; the API knows what holds for the rest. */
export const readForm = (options: FormOptions): Form => {
  const format = readOneOf('format', FORMATS, options.format)
  const compression = readOneOf('compression', COMPRESSIONS, options.compression)
  const columns = options.columns?.split(',')
  const keepDays = options.keepDays === undefined ? undefined : readDays(options.keepDays)
  return {
    ...(format !== undefined && { format }),
    ...(compression !== undefined && { compression }),
    ...(columns !== undefined && { columns }),
    ...(keepDays !== undefined && { keepDays }),
  }
}
