import type { Series } from './series.ts'

export type Line = { readonly of: Series; readonly stat: string; readonly label: string }

/** What is worked out of hidden lines, which it names m0, m1 and so on. */
export type Sum = { readonly expression: string; readonly label: string; readonly of: readonly Line[] }

export type Widget = {
  readonly title: string
  /** Of 24. */
  readonly width: number
  readonly lines: readonly Line[]
  readonly sums?: readonly Sum[]
  /** s */
  readonly period: number
  readonly unit?: string
  readonly single?: boolean
  /** From when on, such as `-P7D`, whatever time the dashboard shows: what comes once a day is not there in three hours. */
  readonly start?: string
}

export const line = (of: Series, stat: string, label: string): Line => ({ of, stat, label })

/** As a dashboard writes a metric: namespace, name, then each dimension and its value. */
const metricOf = ({ namespace, metric, dimensions }: Series): string[] => [
  namespace,
  metric,
  ...Object.entries(dimensions).flat(),
]

const HEIGHT = 6

export const propertiesOf = ({ title, lines, sums = [], period, unit, single = false, start }: Widget) => ({
  title,
  region: `\${AWS::Region}`,
  view: single ? 'singleValue' : 'timeSeries',
  stacked: false,
  period,
  ...(start !== undefined && { start }),
  ...(unit !== undefined && { yAxis: { left: { label: unit, showUnits: false, min: 0 } } }),
  metrics: [
    ...lines.map(({ of, stat, label }) => [...metricOf(of), { stat, label }]),
    ...sums.flatMap(({ expression, label, of }, position) => [
      ...of.map((hidden, index) => [
        ...metricOf(hidden.of),
        { id: `s${position}m${index}`, stat: hidden.stat, visible: false },
      ]),
      [{ expression: expression.replaceAll(/\bm(\d+)\b/g, `s${position}m$1`), label }],
    ]),
  ],
})

/** Puts widgets side by side, and on where a row is full. */
export const layOut = <Placed extends { readonly width: number }>(
  widgets: readonly Placed[],
  fromRow: number,
): { readonly placed: readonly { widget: Placed; x: number; y: number; height: number }[]; end: number } => {
  let x = 0
  let y = fromRow
  const placed = widgets.map((widget) => {
    if (x + widget.width > 24) {
      x = 0
      y += HEIGHT
    }
    const at = { widget, x, y, height: HEIGHT }
    x += widget.width
    return at
  })
  return { placed, end: y + HEIGHT }
}
