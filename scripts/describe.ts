import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeAlarms, describeQueries } from '../observability/describe.ts'

const STAGE = { service: 'icecore', stage: 'prod', canary: true, shifts: true } as const

const parts: Readonly<Record<string, string>> = {
  alarms: describeAlarms(STAGE),
  queries: describeQueries(STAGE),
}

/** A page with the text of each part between its two marks. */
export const describe = (page: string): string =>
  Object.entries(parts).reduce((text, [name, part]) => {
    const [from, to] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`]
    const [before, rest] = text.split(from)
    const after = rest?.split(to)[1]
    if (before === undefined || after === undefined) throw new Error(`the page has no ${from}`)
    return `${before}${from}\n\n${part}\n\n${to}${after}`
  }, page)

/** `npm run describe`: writes what docs/operate.md says of alarms and queries anew from their definitions. */
if (import.meta.main) {
  const file = join(import.meta.dirname, '../docs/operate.md')
  writeFileSync(file, describe(readFileSync(file, 'utf8')))
}
