import { join } from 'node:path'
import type { Case } from '../support/case.ts'
import { makeDuckDbLines } from '../support/duckdb-lines.ts'
import { hydrateOrders } from '../support/hydration.ts'
import { makeFileReader } from '../support/landings.ts'
import { checkAnswer, FILTERS, loadAnswers, loadSegments } from '../support/sealed-orders.ts'
import { hydrateAllCase } from './hydrate-all.ts'

const textOf = async (folder: string): Promise<number> =>
  (await loadSegments(folder)).reduce((sum, { bodyBytes }) => sum + bodyBytes, 0) / 1e6

const icecoreOn = (part: string) => async (root: string) => {
  const folder = join(root, part)
  const reader = makeFileReader(folder)
  const { column, body } = await loadAnswers(folder)
  const byColumn = await hydrateOrders({ folder, reader, where: FILTERS.column, expected: column })
  const peakMegabytes = process.resourceUsage().maxRSS / 1024
  const byBody = await hydrateOrders({ folder, reader, where: FILTERS.body, expected: body })
  await checkAnswer(byColumn.path, column)
  await checkAnswer(byBody.path, body)
  return {
    megabytes: await textOf(folder),
    seconds: byColumn.seconds,
    peakMegabytes,
    figures: { records: column.records, msByBody: byBody.seconds * 1000, peakMegabytes },
  }
}

const duckdb = async (root: string) => {
  const folder = join(root, 'whole')
  const { column, body } = await loadAnswers(folder)
  const write = await makeDuckDbLines(folder)
  const paths = { column: join(folder, 'duckdb-column'), body: join(folder, 'duckdb-body') }
  const seconds = await write(paths.column, `distance < ${FILTERS.column.lt}`)
  const byBody = await write(paths.body, `(body->>'$.customer.id')::BIGINT < ${FILTERS.body.lt}`)
  await checkAnswer(paths.column, column)
  await checkAnswer(paths.body, body)
  return {
    megabytes: await textOf(folder),
    seconds,
    figures: { records: column.records, msByBody: byBody * 1000 },
  }
}

export const hydrateFilterCase: Case = {
  name: 'hydrate-filter',
  what: 'one of a hundred orders of a partition of sealed segments, by a promoted column and by a member of the body, as NDJSON, beside a bare DuckDB COPY of the same files',
  goals: [
    { kind: 'speed', peer: 'duckdb', atLeast: 0.6 },
    { kind: 'share', peer: 'duckdb', figure: 'msByBody', atMost: 1 / 0.6 },
    { kind: 'figure', figure: 'peakMegabytes', atMost: 1024 },
    { kind: 'share', peer: 'icecore-tenth', figure: 'peakMegabytes', atMost: 1.5 },
  ],
  prepare: hydrateAllCase.prepare,
  contenders: { icecore: icecoreOn('whole'), duckdb, 'icecore-tenth': icecoreOn('tenth') },
}
