/**
 * The fields of one CSV row (RFC 4180): a field that begins with a quote ends with one, and a doubled quote within it is one
 * quote; in any other field a quote is a character like any other. Undefined when a quote is not closed, or when something
 * other than a comma follows the closing one.
 */
export const parseCsvFields = (row: string): string[] | undefined => {
  if (!row.includes('"')) return row.split(',')
  const fields: string[] = []
  let at = 0
  for (;;) {
    if (row[at] !== '"') {
      const comma = row.indexOf(',', at)
      fields.push(comma < 0 ? row.slice(at) : row.slice(at, comma))
      if (comma < 0) return fields
      at = comma + 1
      continue
    }
    let end = row.indexOf('"', at + 1)
    while (end >= 0 && row[end + 1] === '"') end = row.indexOf('"', end + 2)
    if (end < 0) return undefined
    fields.push(row.slice(at + 1, end).replaceAll('""', '"'))
    if (end + 1 === row.length) return fields
    if (row[end + 1] !== ',') return undefined
    at = end + 2
  }
}
