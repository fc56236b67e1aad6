import { gzipSync, zstdCompressSync } from 'node:zlib'
import { parquetWriteBuffer } from 'hyparquet-writer'

/** A row of a hot object: its text, and what it is made of where that is a row of a table. */
export type Row = { readonly text: string; readonly id: string; readonly at: string; readonly n: number }

type Table = 'lines' | 'csv' | 'parquet'

/** The forms that hot objects come in, by what their keys end in. */
export const FORMS = {
  ndjson: { table: 'lines', pack: (bytes: Buffer) => bytes },
  'ndjson.gz': { table: 'lines', pack: (bytes: Buffer) => gzipSync(bytes, { level: 1 }) },
  'ndjson.zst': { table: 'lines', pack: (bytes: Buffer) => zstdCompressSync(bytes) },
  csv: { table: 'csv', pack: (bytes: Buffer) => bytes },
  'csv.gz': { table: 'csv', pack: (bytes: Buffer) => gzipSync(bytes, { level: 1 }) },
  parquet: { table: 'parquet', pack: (bytes: Buffer) => bytes },
} as const satisfies Record<string, { table: Table; pack: (bytes: Buffer) => Uint8Array }>
export type Form = keyof typeof FORMS

export const CSV_HEADER = 'id,at,n'

/** The text that a row of a table becomes in the archive. */
export const rowText = (form: Form, { id, at, n }: Omit<Row, 'text'>): string =>
  FORMS[form].table === 'csv' ? `${id},${at},${n}` : JSON.stringify({ id, at, n })

const bytesOf = (form: Form, rows: readonly Row[]): Buffer => {
  const { table } = FORMS[form]
  if (table === 'parquet')
    return Buffer.from(
      parquetWriteBuffer({
        columnData: [
          { name: 'id', data: rows.map(({ id }) => id), type: 'STRING' },
          { name: 'at', data: rows.map(({ at }) => at), type: 'STRING' },
          { name: 'n', data: rows.map(({ n }) => n), type: 'INT32' },
        ],
      }),
    )
  const lines = rows.map(({ text }) => `${text}\n`).join('')
  return Buffer.from(table === 'csv' ? `${CSV_HEADER}\n${lines}` : lines)
}

export const packHotFile = (form: Form, rows: readonly Row[]): Uint8Array =>
  FORMS[form].pack(bytesOf(form, rows))
