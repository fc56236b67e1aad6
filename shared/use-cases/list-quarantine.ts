import type { DeadLetter, DeadLetterObject, DeadLetterObjects } from '../ports/dead-letters.ts'
import type {
  QuarantinedUnit,
  QuarantinePosition,
  QuarantineState,
  QuarantineUnits,
} from '../ports/quarantine.ts'

export type ListQuarantineDeps = {
  readonly index: QuarantineUnits
  readonly letters: DeadLetterObjects
}

/** What is not given is not asked for; a dataset rules dead letters out, a queue rules units out. */
export type QuarantineFilter = {
  readonly state: QuarantineState
  readonly dataset?: string | undefined
  readonly queue?: string | undefined
  /** At least one item of a unit, or the dead letter, is there for this reason. */
  readonly reason?: string | undefined
}

export type QuarantineEntry =
  | { readonly kind: 'unit'; readonly at: number; readonly unit: QuarantinedUnit }
  | {
      readonly kind: 'dead-letter'
      readonly at: number
      readonly object: DeadLetterObject
      readonly letter: DeadLetter
    }

const PAGE = 100

/** The newest of all that comes next from sources that are newest first, again and again. */
async function* mergeNewest<Item extends { readonly at: number }>(
  sources: readonly AsyncGenerator<Item>[],
): AsyncGenerator<Item> {
  const heads = new Map<AsyncGenerator<Item>, Item>()
  const advance = async (source: AsyncGenerator<Item>) => {
    const { done, value } = await source.next()
    if (done) heads.delete(source)
    else heads.set(source, value)
  }
  for (const source of sources) await advance(source)
  for (;;) {
    const [newest] = [...heads].toSorted(([, a], [, b]) => b.at - a.at)
    if (newest === undefined) return
    yield newest[1]
    await advance(newest[0])
  }
}

const timeOf = ({ at, retriedAt }: { at: number; retriedAt: number | null }) => retriedAt ?? at

/** The units of a dataset, newest first, page by page. */
async function* unitsIn(
  index: Pick<QuarantineUnits, 'newest'>,
  dataset: string,
  state: QuarantineState,
): AsyncGenerator<QuarantinedUnit> {
  let after: QuarantinePosition | undefined
  do {
    const page = await index.newest(dataset, state, PAGE, after)
    yield* page
    const last = page.at(-1)
    after = last && { at: timeOf(last), name: last.name }
  } while (after !== undefined)
}

/** All that waits in a dataset's quarantine, newest first. */
export const waitingUnits = (index: Pick<QuarantineUnits, 'newest'>, dataset: string) =>
  unitsIn(index, dataset, 'waiting')

/** What is in quarantine and among the dead letters, newest first, however much it is. */
export const listQuarantine = ({ index, letters }: ListQuarantineDeps) => {
  async function* unitsOf(
    dataset: string,
    { state, reason }: QuarantineFilter,
  ): AsyncGenerator<QuarantineEntry> {
    for await (const unit of unitsIn(index, dataset, state))
      if (reason === undefined || Object.hasOwn(unit.reasons, reason))
        yield { kind: 'unit', at: timeOf(unit), unit }
  }

  async function* lettersOf({ state, queue, reason }: QuarantineFilter): AsyncGenerator<QuarantineEntry> {
    const objects: DeadLetterObject[] = []
    for await (const object of letters.list(queue))
      if ((object.retriedAt === null) === (state === 'waiting')) objects.push(object)
    for (const object of objects.toSorted((a, b) => timeOf(b) - timeOf(a))) {
      const letter = await letters.read(object)
      if (reason === undefined || letter.reason === reason)
        yield { kind: 'dead-letter', at: timeOf(object), object, letter }
    }
  }

  return async function* (filter: QuarantineFilter): AsyncGenerator<QuarantineEntry> {
    const { dataset, queue } = filter
    const datasets = queue !== undefined ? [] : dataset === undefined ? await index.datasets() : [dataset]
    const units = datasets.map((name) => unitsOf(name, filter))
    yield* mergeNewest(dataset === undefined ? [...units, lettersOf(filter)] : units)
  }
}
