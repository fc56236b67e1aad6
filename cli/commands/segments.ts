import type { SegmentAnswer } from 'icecore/client'
import type { AddCommand } from '../command.ts'
import { readLimit, readTime } from '../options.ts'
import { countOf, formatTable } from '../text.ts'

type Options = { readonly from?: string; readonly to?: string; readonly limit: string }

const HEADINGS = ['PARTITION', 'SEGMENT', 'KIND', 'RECORDS', 'BYTES', 'CLASS', 'READABLE']

const rowOf = (segment: SegmentAnswer): string[] => [
  segment.partition,
  segment.id,
  segment.kind,
  String(segment.records),
  String(segment.bytes),
  segment.storageClass,
  segment.readable ? 'yes' : 'no',
]

export const addSegments: AddCommand = (parent, act) => {
  parent
    .command('segments')
    .description('list the segments of a dataset, and where they are')
    .argument('<dataset>', 'the dataset')
    .option('--from <time>', 'segments with records of this time or later')
    .option('--to <time>', 'segments with records of before this time')
    .option('--limit <count>', 'how many at most; all for all of them', '100')
    .action(
      act(async (context, dataset: string, options: Options) => {
        const limit = readLimit(options.limit)
        const [from, to] = [readTime('from', options.from), readTime('to', options.to)]
        const client = await context.client()
        const segments: SegmentAnswer[] = []
        let more = false
        const range = { ...(from !== undefined && { from }), ...(to !== undefined && { to }) }
        for await (const segment of client.segments(dataset, range)) {
          more = segments.length === limit
          if (more) break
          segments.push(segment)
        }
        const table = formatTable(HEADINGS, segments.map(rowOf))
        const summary = more ? 'There is more: --limit all.' : `${countOf(segments.length, 'segment')}.`
        return {
          json: { segments, complete: !more },
          text: segments.length === 0 ? 'There is no segment.' : `${table}\n\n${summary}`,
        }
      }),
    )
}
