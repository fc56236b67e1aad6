import { isComplete } from '../../shared/domain/completeness.ts'
import { DAY } from '../../shared/domain/duration.ts'
import { makeSelector } from '../../shared/domain/plan-selection.ts'
import type { RehydrationRequest, Selection } from '../../shared/domain/rehydration.ts'
import { RETRIEVAL_TIERS } from '../../shared/domain/storage-class.ts'
import type { PartitionView } from './archive-view.ts'
import type { Cloud } from './cloud.ts'
import type { Draw } from './draw.ts'
import type { Functions } from './functions.ts'
import type { Producer } from './producer.ts'
import { Violation } from './violation.ts'

/** Of the dataset that is kept for ever: what was there when it was asked for has to be in the answer. */
const DATASET = 'orders'

type Asked = { readonly key: string; readonly selection: Selection; readonly owed: readonly string[] }

/** Asks for records, at once or as rehydrations, and looks into every answer. */
export const makeCustomer = (cloud: Cloud, draw: Draw, producer: Producer) => {
  const asked: Asked[] = []
  const ids = new Map<string, Asked>()

  const recordsIn = (views: readonly PartitionView[]) =>
    views.filter(({ ref }) => ref.dataset === DATASET).flatMap(({ records }) => records)

  const aSelection = (views: readonly PartitionView[]): Selection => {
    const one = draw.pick(recordsIn(views))
    const from = cloud.now() - draw.below(8) * DAY
    if (one === undefined || draw.chance(0.5))
      return { kind: 'range', from, to: from + (1 + draw.below(4)) * DAY }
    return { kind: 'ids', ids: [{ id: one.id, time: draw.chance(0.5) ? one.time : null }] }
  }

  const fail = (detail: string) => {
    throw new Violation('right answers', detail)
  }

  /** Each of them once, all that were sent, and none of those that are owed missing. */
  const checkAnswer = (
    what: string,
    got: readonly string[],
    owed: readonly string[],
    selection: Selection,
  ) => {
    const all = new Set(got)
    const select = makeSelector(selection)
    if (all.size < got.length) fail(`${what} holds a record twice`)
    for (const text of owed) if (!all.has(text)) fail(`${what} lacks ${text}`)
    for (const text of got) {
      const sent = producer.sent.get(`${DATASET} ${text}`)
      const id = /"id":"([^"]+)"/.exec(text)?.[1] ?? ''
      if (sent?.time == null || select({ id, time: sent.time }) === undefined) fail(`${what} holds ${text}`)
    }
  }

  return {
    /** Decides what to ask for; the request may be made again under its key until it comes through. */
    ask: (views: readonly PartitionView[]) => {
      const selection = aSelection(views)
      const select = makeSelector(selection)
      const owed = recordsIn(views)
        .filter((record) => select(record) !== undefined)
        .map(({ body }) => body)
      const one = { key: `key-${asked.length}`, selection, owed }
      asked.push(one)
      const request: RehydrationRequest = {
        dataset: DATASET,
        selection,
        tier: draw.pick(RETRIEVAL_TIERS) ?? 'Standard',
        destination: 'analysts',
        format: 'ndjson',
        keepDays: draw.chance(0.3) ? 1 + draw.below(5) : null,
      }
      return async ({ request: make }: Pick<Functions, 'request'>) => {
        const requested = await make(request, { caller: 'customer', idempotencyKey: one.key })
        if (!('rehydration' in requested)) return fail(`${one.key} was refused: ${requested.kind}`)
        ids.set(requested.rehydration.id, one)
      }
    },
    /** Reads one record now; undefined when there is none yet. */
    read: (views: readonly PartitionView[]) => {
      const records = recordsIn(views)
      const one = draw.pick(records)
      if (one === undefined) return undefined
      const selector = { id: one.id, time: draw.chance(0.5) ? one.time : null }
      const selection: Selection = { kind: 'ids', ids: [selector] }
      const select = makeSelector(selection)
      const owed = records.filter((record) => select(record) !== undefined).map(({ body }) => body)
      return async ({ find }: Pick<Functions, 'find'>) => {
        const answer = await find(DATASET, selector)
        if (answer.kind !== 'searched' || !isComplete(answer.completeness)) return
        const got = answer.records.map(({ body }) => body)
        checkAnswer(`the answer to ${one.id}`, got, owed, selection)
      }
    },
    /** Looks into the files of every rehydration that is completed. Answers how many are not over. */
    checkAnswers: async (): Promise<number> => {
      let open = 0
      for (const [id, { owed, selection }] of ids) {
        const state = (await cloud.ports.rehydrations.find(id))?.state
        if (state?.name === 'failed' && !state.reason.startsWith('not finished within'))
          fail(`rehydration ${id} failed: ${state.reason}`)
        if (state?.name !== 'completed') {
          open += state?.name === 'failed' ? 0 : 1
          continue
        }
        if (!isComplete(state.summary.completeness)) fail(`rehydration ${id} is not complete`)
        const files = cloud.deliveredKeys().filter((key) => key.includes(id) && key.endsWith('.ndjson'))
        const got = files.flatMap((key) => cloud.delivered(key).split('\n').slice(0, -1))
        checkAnswer(`rehydration ${id}`, got, owed, selection)
        if (got.length !== state.summary.records.count) fail(`rehydration ${id} counts its records wrong`)
      }
      return open
    },
    count: () => ids.size,
  }
}

export type Customer = ReturnType<typeof makeCustomer>
