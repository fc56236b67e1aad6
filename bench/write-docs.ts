import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'

/** `npm run bench:docs`: what bench/results/ holds, as the table in docs/performance.md. */

const RESULTS = join(import.meta.dirname, 'results')
const DOC = join(import.meta.dirname, '../docs/performance.md')
const BEGIN = '<!-- written by npm run bench:docs -->'
const END = '<!-- end -->'

const resultSchema = z.object({
  at: z.iso.datetime(),
  machine: z.object({ node: z.string(), cpus: z.number() }),
  megabytes: z.number(),
  records: z.number(),
  rounds: z.number(),
  name: z.string(),
  what: z.string(),
  goals: z.array(
    z.object({
      goal: z.string(),
      wanted: z.number(),
      got: z.number(),
      least: z.number(),
      most: z.number(),
      met: z.boolean(),
    }),
  ),
  contenders: z.array(
    z.object({ name: z.string(), seconds: z.number(), peakMegabytes: z.number().nullable() }),
  ),
})
type Result = z.infer<typeof resultSchema>

const round = (value: number): string => Number(value.toPrecision(3)).toLocaleString('en-US')

const rowsOf = ({ name, goals, contenders, rounds }: Result): string[] => {
  const took = contenders
    .map(({ name: who, seconds, peakMegabytes }) => {
      const peak = peakMegabytes === null ? '' : `, ${Math.round(peakMegabytes)} MB`
      return `${who} ${round(seconds)} s${peak}`
    })
    .join('; ')
  return goals.map(
    ({ goal, wanted, got, least, most, met }, index) =>
      `| ${index === 0 ? `\`${name}\`` : ''} | ${goal} | ${round(wanted)} | ${round(got)} | ${round(least)} to ${round(most)} (${rounds}) | ${met ? 'met' : 'missed'} | ${index === 0 ? took : ''} |`,
  )
}

/** The table of all results, and what they were measured with. */
const describeResults = (results: readonly Result[]): string => {
  const [first] = results
  if (first === undefined) return 'Nothing was measured yet.'
  const sizes = results.map(
    ({ name, at, megabytes, records }) =>
      `\`${name}\` ${at.slice(0, 10)}, ${megabytes} MB, ${records} records`,
  )
  return [
    `Node ${first.machine.node}, ${first.machine.cpus} processors.`,
    '',
    '| case | what | goal | median | least to most (rounds) | | median time, peak memory |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...results.flatMap(rowsOf),
    '',
    `Sizes asked for: ${sizes.join('; ')}.`,
  ].join('\n')
}

const results = readdirSync(RESULTS)
  .filter((name) => name.endsWith('.json'))
  .map((name) => resultSchema.parse(JSON.parse(readFileSync(join(RESULTS, name), 'utf8'))))
const doc = readFileSync(DOC, 'utf8')
const [before, rest] = doc.split(BEGIN)
const after = rest?.split(END)[1]
if (before === undefined || after === undefined) throw new Error(`${DOC} has no place for the table`)
writeFileSync(DOC, `${before}${BEGIN}\n\n${describeResults(results)}\n\n${END}${after}`)
