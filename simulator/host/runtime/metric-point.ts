import * as z from 'zod'

/** One metric of one EMF line under one set of dimensions. */
export type MetricPoint = {
  readonly namespace: string
  readonly name: string
  readonly unit: string
  readonly dimensions: Readonly<Record<string, string>>
  readonly values: readonly number[]
  /** Virtual ms. */
  readonly timestamp: number
}

const lineSchema = z.looseObject({
  _aws: z.object({
    Timestamp: z.number(),
    CloudWatchMetrics: z.array(
      z.object({
        Namespace: z.string(),
        Dimensions: z.array(z.array(z.string())),
        Metrics: z.array(z.object({ Name: z.string(), Unit: z.string().default('None') })),
      }),
    ),
  }),
})
const valuesSchema = z.union([z.number().transform((value) => [value]), z.array(z.number()).max(100)])

/**
 * The metrics in a line of CloudWatch's embedded metric format; undefined when the line is something else.
 * A metric or dimension without a value in the line is left out, as CloudWatch does.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export const parseMetricLine = (line: string): MetricPoint[] | undefined => {
  if (!line.startsWith('{') || !line.includes('"_aws"')) return undefined
  const parsed = lineSchema.safeParse(parseJson(line))
  if (!parsed.success) return undefined
  const { _aws: head, ...members } = parsed.data
  return head.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
    Metrics.flatMap(({ Name, Unit }) => {
      const values = valuesSchema.safeParse(members[Name])
      if (!values.success) return []
      return Dimensions.map((names) => ({
        namespace: Namespace,
        name: Name,
        unit: Unit,
        dimensions: Object.fromEntries(
          names.flatMap((name) => (members[name] === undefined ? [] : [[name, String(members[name])]])),
        ),
        values: values.data,
        timestamp: head.Timestamp,
      }))
    }),
  )
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    // a log line that only looks like one
    return undefined
  }
}
