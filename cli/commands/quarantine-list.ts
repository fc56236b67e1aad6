import { UNIT_ID_LENGTH } from '../../shared/use-cases/find-quarantined.ts'
import { listQuarantine, type QuarantineEntry } from '../../shared/use-cases/list-quarantine.ts'
import type { AddCommand } from '../command.ts'
import { readLimit, readTime } from '../options.ts'
import { readQuarantine } from '../quarantine-ports.ts'
import { countOf, formatAge, formatTable, formatTime } from '../text.ts'

type Options = {
  readonly dataset?: string
  readonly queue?: string
  readonly reason?: string
  readonly retried?: boolean
  readonly limit: string
  readonly before?: string
}

const presentEntry = (entry: QuarantineEntry) => {
  if (entry.kind === 'dead-letter') {
    const { letter, object } = entry
    return {
      kind: 'dead-letter' as const,
      id: letter.messageId,
      at: formatTime(entry.at),
      queue: letter.queue,
      reasons: { [letter.reason]: 1 },
      items: 1,
      detail: letter.detail,
      source: `message ${letter.messageId}`,
      retriedAt: object.retriedAt === null ? null : formatTime(object.retriedAt),
    }
  }
  const { unit } = entry
  return {
    kind: 'unit' as const,
    id: unit.name.slice(0, UNIT_ID_LENGTH),
    at: formatTime(entry.at),
    dataset: unit.dataset,
    reasons: unit.reasons,
    items: unit.items,
    source: unit.unit,
    retriedAt: unit.retriedAt === null ? null : formatTime(unit.retriedAt),
  }
}

type Presented = ReturnType<typeof presentEntry>

const reasonsOf = ({ reasons }: Presented): string =>
  Object.entries(reasons)
    .map(([reason, count]) => (count === 1 ? reason : `${reason} × ${count}`))
    .join(', ')

const rowOf = (entry: Presented, now: number): string[] => [
  entry.id,
  entry.at,
  formatAge(now - Date.parse(entry.at)),
  entry.kind === 'unit' ? entry.dataset : `queue ${entry.queue}`,
  String(entry.items),
  reasonsOf(entry),
]

export const addQuarantineList: AddCommand = (parent, act) => {
  parent
    .command('list')
    .description('list what waits in quarantine and among the dead letters, newest first')
    .option('--dataset <name>', 'only this dataset’s (_unknown: of none that is declared)')
    .option('--queue <name>', 'only dead letters of this queue, such as records or objects')
    .option('--reason <reason>', 'only what is there for this reason')
    .option('--retried', 'what was sent again, by the time of that')
    .option('--limit <count>', 'how many at most; all for all of it', '100')
    .option('--before <time>', 'only what is older: the next page')
    .action(
      act(async (context, options: Options) => {
        const limit = readLimit(options.limit)
        const before = readTime('before', options.before) ?? Number.POSITIVE_INFINITY
        const { dataset, queue, reason, retried = false } = options
        const entries: Presented[] = []
        let more = false
        const filter = { state: retried ? 'retried' : 'waiting', dataset, queue, reason } as const
        for await (const entry of listQuarantine(await readQuarantine(context))(filter)) {
          if (entry.at >= before) continue
          more = entries.length === limit
          if (more) break
          entries.push(presentEntry(entry))
        }
        const items = entries.reduce((sum, entry) => sum + entry.items, 0)
        const headings = ['ID', retried ? 'SENT AGAIN' : 'KEPT', 'AGE', 'OF', 'ITEMS', 'REASON']
        const last = entries.at(-1)
        // those of the last one's millisecond come once more, rather than not at all
        const next = more && last !== undefined ? formatTime(Date.parse(last.at) + 1) : null
        const summary =
          next === null
            ? `${countOf(entries.length, 'entry', 'entries')}, ${countOf(items, 'item')}.`
            : `There is more: --before ${next}, or --limit all.`
        const table = formatTable(
          headings,
          entries.map((entry) => rowOf(entry, context.now())),
        )
        return {
          json: { entries, next },
          text:
            entries.length === 0
              ? `Nothing ${retried ? 'was sent again' : 'is in quarantine'}.`
              : `${table}\n\n${summary}`,
        }
      }),
    )
}
