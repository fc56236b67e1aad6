import * as z from 'zod'
import { compareLines, type Difference } from './compare.ts'
import type { PageRehydration } from './page.ts'
import type { Progress } from './progress.ts'
import { askPrice, type Request, rehydrate } from './rehydrate.ts'
import type { Session } from './session.ts'
import type { Source, SourceRecord } from './source/source.ts'

type Wish = { readonly name: string; readonly request: Request; readonly wanted: readonly SourceRecord[] }

export type BroughtBack = {
  readonly page: PageRehydration
  readonly difference: Difference
  readonly wanted: readonly SourceRecord[]
}

const oneRecord = (name: string, record: SourceRecord): Wish => ({
  name,
  request: {
    dataset: record.dataset,
    select: { ids: [{ id: record.id, time: new Date(record.time).toISOString() }] },
    tier: 'Standard',
  },
  wanted: [record],
})

const oneDay = (name: string, records: readonly SourceRecord[], dataset: string, day: string): Wish => {
  const from = Date.parse(day)
  const to = from + 86_400_000
  return {
    name,
    request: {
      dataset,
      select: { from: new Date(from).toISOString(), to: new Date(to).toISOString() },
      tier: 'Bulk',
    },
    wanted: records.filter((record) => record.dataset === dataset && record.time >= from && record.time < to),
  }
}

const pick = (
  records: readonly SourceRecord[],
  what: string,
  match: (record: SourceRecord) => boolean,
): SourceRecord => {
  const found = records.find(match)
  if (found === undefined) throw new Error(`the source has no ${what}`)
  return found
}

const wishes = ({ records }: Source): Wish[] => [
  oneRecord(
    'one earthquake',
    pick(records, 'earthquake', ({ dataset, body }) => dataset === 'earthquakes' && body.includes('Alaska')),
  ),
  oneRecord(
    'one flight',
    pick(records, 'flight', ({ id }) => id === '2001-01-09-00815'),
  ),
  // the day that was sent twice: each of its flights must come back once
  oneDay('a day of flights', records, 'flights', '2001-01-02'),
]

const named = z.union([
  z.object({ flight: z.string() }).transform(({ flight }) => flight),
  z.object({ id: z.string() }).transform(({ id }) => id),
])

const idOf = (line: string): string => named.parse(JSON.parse(line))

/** Asks for the price of each wish, rehydrates it, and compares what came with what was sent. */
export const bringBack = async (
  session: Session,
  source: Source,
  progress: Progress,
): Promise<BroughtBack[]> => {
  const results: BroughtBack[] = []
  for (const { name, request, wanted } of wishes(source)) {
    progress.stage('rehydrate')
    const price = (await askPrice(session, request)).find(({ tier }) => tier === request.tier)
    const quoted = price === undefined ? '' : `, quoted at $${price.dollars.total.toFixed(5)}`
    const text = `${name}${quoted}`
    progress.update({ at: session.cloud.clock.now(), text })
    const came = await rehydrate(session, request, (at) => progress.update({ at, text }))
    const difference = compareLines(came.lines, wanted, idOf)
    const { id, phases, complete, storageClass, tier } = came
    const equal = difference.different + difference.missing + difference.unexpected === 0
    const { records, bytes } = difference
    progress.end(`${name} out of ${storageClass}${quoted}: ${equal ? 'equal to the byte' : 'NOT EQUAL'}`)
    const page = { name, id, storageClass, tier, phases, records, bytes, complete, equal }
    results.push({ page, difference, wanted })
  }
  return results
}
