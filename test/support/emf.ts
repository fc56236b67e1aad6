import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import * as z from 'zod'
import type { LogLine } from './silent-telemetry.ts'

const published = z.fromJSONSchema(
  JSON.parse(readFileSync(join(import.meta.dirname, 'emf-schema.json'), 'utf8')),
)

const directive = z.object({
  _aws: z.object({
    CloudWatchMetrics: z.array(
      z.object({
        Dimensions: z.array(z.array(z.string())),
        Metrics: z.array(z.object({ Name: z.string() })),
      }),
    ),
  }),
})

/** A metric value is a number, or up to 100 of them. */
const values = z.union([z.number(), z.array(z.number()).min(1).max(100)])

export const metricLines = (lines: readonly LogLine[]): LogLine[] => lines.filter((line) => '_aws' in line)

/** Every metric that a line holds, as `name{dimension=value,…}`: each is a series that CloudWatch bills. */
export const seriesOf = (line: LogLine): string[] =>
  directive.parse(line)._aws.CloudWatchMetrics.flatMap(({ Dimensions, Metrics }) =>
    Dimensions.flatMap((names) => {
      const dimensions = names.toSorted().map((name) => `${name}=${z.string().parse(line[name])}`)
      return Metrics.map(({ Name }) => `${Name}{${dimensions.join()}}`)
    }),
  )

/** Checks lines against AWS's schema, and that they hold what they announce: CloudWatch drops others without a word. */
export const expectEmf = (lines: readonly LogLine[]) => {
  for (const line of lines) {
    expect(published.safeParse(line)).toMatchObject({ success: true })
    for (const { Dimensions, Metrics } of directive.parse(line)._aws.CloudWatchMetrics) {
      for (const { Name } of Metrics) expect(values.safeParse(line[Name])).toMatchObject({ success: true })
      for (const name of Dimensions.flat()) expect(line[name]).toEqual(expect.any(String))
    }
    expect(Buffer.byteLength(JSON.stringify(line))).toBeLessThan(256 * 1024)
  }
}
