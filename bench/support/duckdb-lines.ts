import { DuckDBInstance } from '@duckdb/node-api'
import { fileOf } from './landings.ts'
import { loadSegments } from './sealed-orders.ts'

/** Has DuckDB, on one thread, write the bodies of the sealed orders that match as lines; gives the seconds that its query took. */
export const makeDuckDbLines = async (folder: string) => {
  const options = { threads: '1', memory_limit: '1GB', temp_directory: folder }
  const connection = await (await DuckDBInstance.create(':memory:', options)).connect()
  const keys = (await loadSegments(folder)).toSorted((a, b) => (a.minId < b.minId ? -1 : 1))
  const files = keys.map(({ key }) => `'${fileOf(folder, key)}'`).join(', ')
  return async (path: string, where: string): Promise<number> => {
    const started = performance.now()
    // no text has a character of code 1: no body is quoted
    await connection.run(
      `COPY (SELECT body FROM read_parquet([${files}]) WHERE ${where})
       TO '${path}' (FORMAT csv, HEADER false, DELIMITER '\x01', QUOTE '', ESCAPE '')`,
    )
    return (performance.now() - started) / 1000
  }
}
