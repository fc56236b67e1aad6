import type { IcecoreConfig } from '../domain/config.ts'
import { DAY, HOUR } from '../domain/duration.ts'
import type { Clock } from '../ports/clock.ts'
import type { SetAsideRegister } from '../ports/hot-store.ts'
import type { ObjectsQueue } from '../ports/queues.ts'
import type { ListedObject, SegmentLister } from '../ports/segment-store.ts'
import { mapBounded } from './bounded.ts'

export type RemindDeps = {
  readonly config: IcecoreConfig
  /** Lists the hot bucket. */
  readonly lister: SegmentLister
  readonly register: Pick<SetAsideRegister, 'findSetAside' | 'setAside'>
  readonly objectsQueue: ObjectsQueue
  readonly now: Clock
}

/** Events take minutes at most, and a backlog is no reason to send everything in it again. */
const FORGOTTEN_AFTER = 6 * HOUR
/** Its message is tried for 15 hours before it is given up on: another one would only fail beside it. */
const REMINDED_AGAIN_AFTER = DAY
const MAX_REMINDERS = 1000
const LOOKED_UP_AT_ONCE = 16
/** What is listed in one run; hot objects leave once they are archived, so there are rarely as many. */
const MAX_LISTED = 100_000

const isFolder = (key: string) => key.endsWith('/')

async function* allUnder(lister: SegmentLister, prefixes: readonly string[]): AsyncIterable<ListedObject> {
  for (const prefix of prefixes) yield* lister.list(prefix)
}

/** Another part of a long list in every hour, so that what stays in hot for good hides nothing behind it. */
const partOf = <Item>(items: readonly Item[], at: number): readonly Item[] => {
  const parts = Math.ceil(items.length / MAX_REMINDERS)
  const first = (Math.floor(at / HOUR) % Math.max(1, parts)) * MAX_REMINDERS
  return items.slice(first, first + MAX_REMINDERS)
}

/**
 * Sends hot objects that should have been archived long ago to the objects queue again, as many as one run may: S3's event
 * may have been lost. One that is under way, or that stays because rows of it are nowhere else, is looked at in vain, once a
 * day. One whose message ended among the dead letters is set aside until it is sent again or changes.
 */
export const remindOfHotObjects =
  ({ config, lister, register, objectsQueue, now }: RemindDeps) =>
  async (): Promise<{ reminded: number }> => {
    const at = now()
    const prefixes = [...config.datasets.values()].map(({ hotPrefix }) => hotPrefix)
    const forgotten: ListedObject[] = []
    let listed = 0
    for await (const object of allUnder(lister, prefixes)) {
      listed += 1
      if (object.lastModified <= at - FORGOTTEN_AFTER && !isFolder(object.key)) forgotten.push(object)
      if (listed === MAX_LISTED) break
    }
    const looked = await mapBounded(partOf(forgotten, at), LOOKED_UP_AT_ONCE, async ({ key, etag }) => {
      const mark = await register.findSetAside(key)
      const isAside = mark?.etag === etag && (mark.until === null || mark.until > at)
      return isAside ? [] : [{ key, etag }]
    })
    const reminders = looked.flat()
    if (reminders.length > 0) await objectsQueue.send(reminders.map(({ key }) => ({ key })))
    await mapBounded(reminders, LOOKED_UP_AT_ONCE, ({ key, etag }) =>
      register.setAside(key, { etag, reason: 'reminded', detail: '', at, until: at + REMINDED_AGAIN_AFTER }),
    )
    return { reminded: reminders.length }
  }
