import { type Quarantined, UNIT_ID_LENGTH } from '../../shared/use-cases/find-quarantined.ts'
import { listQuarantine } from '../../shared/use-cases/list-quarantine.ts'
import { retryDeadLetter } from '../../shared/use-cases/retry-dead-letter.ts'
import { type Retried, retryUnit } from '../../shared/use-cases/retry-unit.ts'
import type { AddCommand } from '../command.ts'
import type { CliContext } from '../context.ts'
import { WrongUsage } from '../failure.ts'
import { findOne } from '../find-one.ts'
import { readQuarantine, sendQuarantined } from '../quarantine-ports.ts'
import { countOf, escapeControls } from '../text.ts'

type Options = {
  readonly all?: boolean
  readonly dataset?: string
  readonly queue?: string
  readonly reason?: string
  readonly toDataset?: string
  readonly dryRun?: boolean
}

/** What became of one entry. */
type Line = {
  readonly id: string
  readonly kind: 'unit' | 'dead-letter'
  /** Where it goes: a dataset, or a queue. */
  readonly to: string
  readonly outcome: Retried['outcome'] | 'failed'
  readonly items: number
  readonly left: readonly { readonly why: string; readonly items: number }[]
  readonly object: string | null
}

const checkUsage = (ids: readonly string[], options: Options) => {
  const { all = false, dataset, queue, reason } = options
  if (all && ids.length > 0) throw new WrongUsage('give ids or --all, not both.')
  if (!all && ids.length === 0) throw new WrongUsage('give the ids of what to retry, or --all.')
  if (!all && [dataset, queue, reason].some((filter) => filter !== undefined))
    throw new WrongUsage('--dataset, --queue and --reason go with --all.')
}

const findTargets = async (
  context: CliContext,
  ids: readonly string[],
  options: Options,
): Promise<Quarantined[]> => {
  const from = await readQuarantine(context)
  const targets: Quarantined[] = []
  if (options.all !== true) {
    for (const id of ids) targets.push(await findOne(from, id))
    return targets
  }
  const { dataset, queue, reason } = options
  const filter = { state: 'waiting', dataset, queue, reason } as const
  for await (const entry of listQuarantine(from)(filter)) targets.push(entry)
  // the oldest first, as they came
  return targets.reverse()
}

const makeRetry = async (context: CliContext, { toDataset, dryRun = false }: Options) => {
  const deps = await sendQuarantined(context)
  const unitAgain = retryUnit(deps)
  const letterAgain = retryDeadLetter(deps)

  return async (target: Quarantined): Promise<Line> => {
    if (target.kind === 'dead-letter') {
      const outcome = await letterAgain(target.object, { dryRun })
      return { ...nameOf(target), outcome, items: 1, left: [], object: null }
    }
    const { outcome, items, left, object } = await unitAgain(target.unit, { toDataset, dryRun })
    const whys = [...left].map(([why, count]) => ({ why, items: count }))
    return { ...nameOf(target), outcome, items, left: whys, object }
  }
}

/** Where it waits, whatever becomes of it. */
const nameOf = (target: Quarantined) =>
  target.kind === 'unit'
    ? ({ id: target.unit.name.slice(0, UNIT_ID_LENGTH), kind: 'unit', to: target.unit.dataset } as const)
    : ({ id: target.object.messageId, kind: 'dead-letter', to: target.object.queue } as const)

const failedLine = (target: Quarantined, error: unknown): Line => {
  const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return { ...nameOf(target), outcome: 'failed', items: 0, left: [{ why, items: 1 }], object: null }
}

const whatHappened = ({ outcome, object, kind, to, items }: Line, dryRun: boolean): string => {
  const sent = dryRun ? 'would be sent' : 'sent'
  if (outcome === 'failed') return 'not sent'
  if (outcome === 'sent-before') return 'was sent before'
  if (outcome === 'nothing-to-send') return 'stays in quarantine'
  if (object !== null)
    return `its hot object ${escapeControls(object)} ${dryRun ? 'would be' : 'is'} archived anew`
  return kind === 'dead-letter' ? `${sent} to the queue ${to}` : `${countOf(items, 'item')} ${sent}`
}

const tell = (line: Line, dryRun: boolean): string => {
  const whys = line.left.map(({ why, items }) => `\n  ${countOf(items, 'item')} not: ${escapeControls(why)}`)
  return `${line.id}  ${whatHappened(line, dryRun)}${whys.join('')}`
}

const collectIds = (id: string, before: readonly string[] = []): string[] => [...before, id]

export const addQuarantineRetry: AddCommand = (parent, act) => {
  parent
    .command('retry')
    .description('send what is in quarantine, or among the dead letters, again; after its cause is mended')
    .argument('[id...]', 'as `quarantine list` tells them', collectIds)
    .option('--all', 'all that waits')
    .option('--dataset <name>', 'with --all: only this dataset’s')
    .option('--queue <name>', 'with --all: only dead letters of this queue')
    .option('--reason <reason>', 'with --all: only what is there for this reason')
    .option('--to-dataset <name>', 'where records go that name no declared dataset')
    .option('--dry-run', 'send nothing, and say what would be sent')
    .addHelpText(
      'after',
      `
What is still malformed comes back into quarantine, as an entry of its own.
What is sent twice is archived once.`,
    )
    .action(
      act(async (context, ids: readonly string[] = [], options: Options) => {
        checkUsage(ids, options)
        const { toDataset, dryRun = false } = options
        const { datasets } = await context.config()
        if (toDataset !== undefined && !datasets.has(toDataset))
          throw new WrongUsage(
            `--to-dataset: expected one of ${[...datasets.keys()].join(', ')}, got ${JSON.stringify(toDataset)}`,
          )
        const targets = await findTargets(context, ids, options)
        const retry = await makeRetry(context, options)
        const lines: Line[] = []
        for (const target of targets) {
          const line = await retry(target).catch((error: unknown) => failedLine(target, error))
          lines.push(line)
          // the next would fail like this one
          if (line.outcome === 'failed') break
        }
        const untried = targets.length - lines.length
        const done = lines.every(({ outcome, left }) => left.length === 0 && outcome !== 'nothing-to-send')
        const told = lines.map((line) => tell(line, dryRun))
        if (untried > 0) told.push(`${countOf(untried, 'more entry', 'more entries')} not tried.`)
        return {
          json: { dryRun, entries: lines, untried },
          text: told.length === 0 ? 'Nothing waits.' : told.join('\n'),
          failed: !done,
        }
      }),
    )
}
