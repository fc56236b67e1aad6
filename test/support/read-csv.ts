import { parseCsvFields } from '../../shared/codec/csv-fields.ts'

/** The rows of a delivered CSV file behind its first, with what was put before formulas taken away. */
export const readCsv = (text: string): string[][] => {
  const rows: string[] = []
  let start = 0
  let isQuoted = false
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '"') isQuoted = !isQuoted
    if (isQuoted || text[at] !== '\n') continue
    rows.push(text.slice(start, at - 1))
    start = at + 1
  }
  return rows
    .slice(1)
    .map((row) =>
      (parseCsvFields(row) ?? []).map((cell) => (/^'+[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell)),
    )
}
