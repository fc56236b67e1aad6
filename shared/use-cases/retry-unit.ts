import { digestTexts } from '../codec/digest.ts'
import type { IcecoreConfig } from '../domain/config.ts'
import type { Clock } from '../ports/clock.ts'
import type { HotDrop, HotObject, HotObjectRegister, HotStore, SetAsideRegister } from '../ports/hot-store.ts'
import type {
  Quarantine,
  QuarantinedItem,
  QuarantinedUnit,
  QuarantineMarks,
  QuarantineObjects,
  QuarantineUnits,
} from '../ports/quarantine.ts'
import type { ObjectsQueue, RecordsQueue } from '../ports/queues.ts'
import { NOTHING_YET, unitOf } from './age-object.ts'
import { waitingUnits } from './list-quarantine.ts'
import { planRetry } from './plan-retry.ts'

export type RetryUnitDeps = {
  readonly config: IcecoreConfig
  readonly quarantine: Quarantine
  readonly index: QuarantineUnits
  readonly objects: Pick<QuarantineObjects, 'items'>
  readonly marks: QuarantineMarks
  readonly recordsQueue: RecordsQueue
  readonly objectsQueue: ObjectsQueue
  readonly hotDrop: HotDrop
  readonly hot: Pick<HotStore, 'find'>
  readonly register: HotObjectRegister & SetAsideRegister
  readonly now: Clock
}

export type RetryOptions = {
  /** Where what names no declared dataset goes. */
  readonly toDataset?: string | undefined
  /** Nothing is sent; the answer is what would be. */
  readonly dryRun?: boolean
}

export type Retried = {
  /**
   * `sent`: it is on its way, and out of quarantine; what could not be sent is kept there by itself. `nothing-to-send`: it stays
   * as it is. `sent-before`: by an earlier retry.
   */
  readonly outcome: 'sent' | 'nothing-to-send' | 'sent-before'
  readonly messages: number
  readonly files: number
  /** A hot object that is aged from its first row again. */
  readonly object: string | null
  readonly items: number
  /** What could not be sent, and why: how many items of each. */
  readonly left: ReadonlyMap<string, number>
}

const NOTHING: Retried = {
  outcome: 'nothing-to-send',
  messages: 0,
  files: 0,
  object: null,
  items: 0,
  left: new Map(),
}

/** The key is greedy: it may hold anything, a version no space. */
const OBJECT_SOURCE = /^object ([\s\S]*) version (\S+) row \d+$/

const countWhys = (left: readonly { readonly why: string }[]): ReadonlyMap<string, number> =>
  new Map([...Map.groupBy(left, ({ why }) => why)].map(([why, some]) => [why, some.length]))

/**
 * Sends what is in a unit of quarantine again, and then marks the unit: a crash in between sends it twice, and the repeat is
 * dropped as a duplicate. What is still malformed comes back as a unit of its own.
 */
export const retryUnit = (deps: RetryUnitDeps) => {
  const {
    config,
    quarantine,
    index,
    objects,
    marks,
    recordsQueue,
    objectsQueue,
    hotDrop,
    hot,
    register,
    now,
  } = deps

  /** The hot object that holds the whole of a row of which only the beginning was kept. */
  const findWhole = async (items: readonly QuarantinedItem[]): Promise<HotObject | undefined> => {
    const cut = items.find((item) => item.cut)
    const [, key, version] = OBJECT_SOURCE.exec(cut?.source ?? '') ?? []
    const object = key === undefined ? undefined : await hot.find(key)
    return object?.version === version ? object : undefined
  }

  /**
   * All that came from the object comes from it anew, under other names; so all of it leaves quarantine, whichever attempt
   * brought it there. The unit itself last: until then a retry that died is begun anew.
   */
  const ageAgain = async (unit: QuarantinedUnit, object: HotObject) => {
    const before = (await register.find(object))?.attempt ?? 0
    await register.put(object, { ...NOTHING_YET, attempt: before + 1 }, now())
    await register.clearSetAside(object.key)
    await objectsQueue.send([{ key: object.key, dataset: unit.dataset }])
    const earlier = Array.from({ length: before + 1 }, (_, attempt) => `object ${unitOf(object, attempt)}.`)
    for await (const other of waitingUnits(index, unit.dataset))
      if (other.name !== unit.name && earlier.some((start) => other.unit.startsWith(start)))
        await marks.retried(other, now())
    await marks.retried(unit, now())
  }

  return async (
    { dataset, name }: Pick<QuarantinedUnit, 'dataset' | 'name'>,
    { toDataset, dryRun = false }: RetryOptions = {},
  ): Promise<Retried> => {
    const [unit] = await index.named(dataset, name)
    if (unit === undefined) throw new Error(`${dataset} has no unit ${name} in quarantine`)
    if (unit.retriedAt !== null) return { ...NOTHING, outcome: 'sent-before' }
    const items = await objects.items(unit)
    const whole = await findWhole(items)
    if (whole !== undefined) {
      if (!dryRun) await ageAgain(unit, whole)
      return { ...NOTHING, outcome: 'sent', object: whole.key, items: items.length }
    }
    const plan = await planRetry(config, items, { name, toDataset })
    const { messages, files, sent, left } = plan
    const answer = {
      messages: messages.length,
      files: files.length,
      object: null,
      items: sent,
      left: countWhys(left),
    }
    if (sent === 0) return { ...answer, outcome: 'nothing-to-send' }
    if (dryRun) return { ...answer, outcome: 'sent' }
    if (messages.length > 0) await recordsQueue.send(messages)
    for (const { key, content } of files) await hotDrop.put(key, content)
    if (left.length > 0) {
      const rest = left.map(({ item }) => item)
      const digest = digestTexts(rest.map(({ text }) => text))
      await quarantine.keep({ dataset, unit: `rest of ${name}`, items: rest, digest, at: now() })
    }
    await marks.retried(unit, now())
    return { ...answer, outcome: 'sent' }
  }
}
