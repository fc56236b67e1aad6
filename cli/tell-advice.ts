import type { Advice, Skipped, Warning } from '../shared/domain/advice/advise.ts'
import type { DryRun } from '../shared/domain/advice/dry-run.ts'
import type { LadderDollars } from '../shared/domain/advice/ladder.ts'
import type { ClassSteps } from '../shared/domain/dataset.ts'
import { DAY } from '../shared/domain/duration.ts'
import { MONTH_MS, type PriceTable } from '../shared/domain/prices.ts'
import { formatSteps } from './class-steps.ts'
import { formatSmallDollars } from './tell-cost.ts'
import { countOf, formatTable } from './text.ts'

const percent = (share: number): string => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`

const tellSkipped = (skipped: Skipped): string =>
  skipped.reason === 'too-slow'
    ? `${skipped.storageClass} is left out: no retrieval tier of it is fast enough, at any age.`
    : `${skipped.storageClass} is left out: with it the cheapest is ${formatSteps(skipped.steps)}, ${percent(skipped.by)} dearer.`

const tellWarning = (warning: Warning): string =>
  warning.kind === 'minimum-duration'
    ? `${warning.storageClass} bills ${warning.minDays} days, and segments leave it after ${Number(warning.days.toFixed(1))}.`
    : `${warning.storageClass} bills segments as if they were ${percent(warning.by)} larger: larger partitions make larger segments.`

/** Of all segments that come in a month, over their lifetime. */
const monthly = (dollars: number, segmentsPerDay: number): number =>
  dollars * segmentsPerDay * (MONTH_MS / DAY)

const rowOf = (
  name: string,
  steps: ClassSteps,
  dollars: LadderDollars | undefined,
  segmentsPerDay: number,
): string[] => [
  name,
  formatSteps(steps),
  ...(dollars === undefined
    ? ['too slow for --within']
    : [dollars.total, dollars.storage, dollars.reads, dollars.moves, dollars.early].map((one) =>
        formatSmallDollars(monthly(one, segmentsPerDay)),
      )),
]

const tellStay = ({ inPlace, tooCold, withoutRule }: DryRun['stay']): string => {
  const stays = [
    [inPlace, 'in the class that is advised'],
    [tooCold, 'in a class that is colder than that: S3 moves nothing upwards'],
    [
      withoutRule,
      'where lifecycle has no rule for the class that is advised: only new segments are put there',
    ],
  ] as const
  const told = stays.filter(([count]) => count > 0)
  return told.map(([count, why]) => `${countOf(count, 'segment')} would stay, ${why}.`).join('\n')
}

const tellMoves = ({ moves, stay }: DryRun): string => {
  const rest = tellStay(stay)
  if (moves.length === 0) return `Nothing would move now.\n\n${rest}`
  const table = formatTable(
    ['FROM', 'TO', 'SEGMENTS', 'BYTES', 'COSTS ONCE', 'SAVES A MONTH'],
    moves.map(({ from, to, segments, bytes, dollars, saves }) => [
      from,
      to,
      String(segments),
      String(bytes),
      formatSmallDollars(dollars),
      formatSmallDollars(saves),
    ]),
  )
  return `These would move now. This only looks: nothing is moved.\n\n${table}\n\n${rest}`.trimEnd()
}

/** The advice for a dataset, for a reader. */
export const tellAdvice = (
  advice: Advice,
  present: ClassSteps,
  run: DryRun,
  { segmentsPerDay, segmentBytes }: { readonly segmentsPerDay: number; readonly segmentBytes: number },
  { region, date }: Pick<PriceTable, 'region' | 'date'>,
): string => {
  const ladders = formatTable(
    ['', 'CLASSES', 'DOLLARS', 'STORAGE', 'READS', 'MOVES', 'EARLY'],
    [
      rowOf('advised', advice.steps, advice.dollars, segmentsPerDay),
      rowOf('present', present, advice.present, segmentsPerDay),
    ],
  )
  const size = `${segmentsPerDay.toFixed(2)} sealed segments come in a day of event time, of ${countOf(Math.round(segmentBytes), 'byte')} on average.
US dollars for those of a month, over their lifetime (list prices of ${region}, ${date}):`
  const why = [
    ...advice.skipped.map(tellSkipped),
    ...advice.warnings.map((warning) => `Mind: ${tellWarning(warning)}`),
    ...advice.presentWarnings.map((warning) => `Of the present classes: ${tellWarning(warning)}`),
  ]
  return [size, ladders, why.join('\n'), tellMoves(run)].filter((part) => part !== '').join('\n\n')
}
