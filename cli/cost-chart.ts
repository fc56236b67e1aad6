import type { Way, WayCost } from '../shared/domain/cost/cost-model.ts'

const WIDTH = 860
const HEIGHT = 460
const LEFT = 80
const RIGHT = 170
const TOP = 40
const BOTTOM = 50
/** So near to each other names would cover each other. */
const NAME_HEIGHT = 16

const COLOURS: Readonly<Record<Way, string>> = {
  icecore: '#0b6fb8',
  dynamodb: '#b8520b',
  standard: '#5b8c2a',
  'object-per-record': '#b01e4f',
  'gzip-by-hour': '#6b5bb0',
  'intelligent-tiering': '#777777',
}

type Scale = (value: number) => number

const decades = (ways: readonly WayCost[]): { low: number; high: number } => {
  const totals = ways.flatMap(({ months }) => months.map(({ total }) => total)).filter((total) => total > 0)
  return {
    low: Math.floor(Math.log10(totals.reduce((least, total) => Math.min(least, total)))),
    high: Math.ceil(Math.log10(totals.reduce((most, total) => Math.max(most, total)))),
  }
}

const text = (x: number, y: number, anchor: string, content: string, colour = '#333') =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" fill="${colour}">${content}</text>`

const gridOf = ({ low, high }: { low: number; high: number }, yOf: Scale): string[] =>
  Array.from({ length: high - low + 1 }, (_, index) => {
    const dollars = 10 ** (low + index)
    const y = yOf(dollars)
    const line = `<line x1="${LEFT}" y1="${y.toFixed(1)}" x2="${WIDTH - RIGHT}" y2="${y.toFixed(1)}" stroke="#ddd"/>`
    return (
      line + text(LEFT - 8, y + 4, 'end', `$${dollars.toLocaleString('en-US', { maximumFractionDigits: 6 })}`)
    )
  })

const yearsOf = (months: number, xOf: Scale): string[] =>
  Array.from({ length: Math.floor(months / 12) + 1 }, (_, year) =>
    text(xOf(year * 12), HEIGHT - BOTTOM + 20, 'middle', year === 0 ? 'start' : `${year} y`),
  )

/** Names at the ends of their lines, moved apart where they would meet. */
const namesOf = (ways: readonly WayCost[], yOf: Scale): string[] => {
  const ends = ways
    .map(({ way, months }) => ({ way, y: yOf(months.at(-1)?.total ?? 1) }))
    .toSorted((a, b) => a.y - b.y)
  let last = Number.NEGATIVE_INFINITY
  return ends.map(({ way, y }) => {
    last = Math.max(y, last + NAME_HEIGHT)
    return text(WIDTH - RIGHT + 8, last + 4, 'start', way, COLOURS[way])
  })
}

/** Dollars a month over time as an SVG picture, on a logarithmic scale: the ways differ by orders of magnitude. */
export const drawCost = (ways: readonly WayCost[], title: string): string => {
  const months = ways[0]?.months.length ?? 1
  const range = decades(ways)
  const height = HEIGHT - TOP - BOTTOM
  const yOf: Scale = (dollars) =>
    TOP +
    height *
      (1 - (Math.log10(Math.max(dollars, 10 ** range.low)) - range.low) / Math.max(1, range.high - range.low))
  const xOf: Scale = (month) => LEFT + ((WIDTH - LEFT - RIGHT) * month) / months
  const lines = ways.map(({ way, months: costs }) => {
    const points = costs.map(({ total }, index) => `${xOf(index + 1).toFixed(1)},${yOf(total).toFixed(1)}`)
    return `<polyline fill="none" stroke="${COLOURS[way]}" stroke-width="2" points="${points.join(' ')}"/>`
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    text(LEFT, 22, 'start', title),
    ...gridOf(range, yOf),
    ...yearsOf(months, xOf),
    ...lines,
    ...namesOf(ways, yOf),
    '</svg>\n',
  ].join('\n')
}
