import type { IcecoreConfig } from '../domain/config.ts'
import { HOUR } from '../domain/duration.ts'
import type { Clock } from '../ports/clock.ts'
import type { ObjectsQueue } from '../ports/queues.ts'
import type { SegmentLister } from '../ports/segment-store.ts'

export type RemindDeps = {
  readonly config: IcecoreConfig
  /** Lists the hot bucket. */
  readonly lister: SegmentLister
  readonly objectsQueue: ObjectsQueue
  readonly now: Clock
}

/** Events take minutes at most, and a backlog is no reason to send everything in it again. */
const FORGOTTEN_AFTER = 6 * HOUR
const MAX_REMINDERS = 1000
/** What is listed in one run; hot objects leave once they are archived, so there are rarely as many. */
const MAX_LISTED = 100_000

const isFolder = (key: string) => key.endsWith('/')

/**
 * Sends hot objects that should have been archived long ago to the objects queue again, as far as one run may: S3's event
 * may have been lost. One that is under way, or that stays because rows of it are nowhere else, is looked at in vain.
 */
export const remindOfHotObjects =
  ({ config, lister, objectsQueue, now }: RemindDeps) =>
  async (): Promise<{ reminded: number }> => {
    const before = now() - FORGOTTEN_AFTER
    const forgotten: { key: string }[] = []
    let listed = 0
    for (const { hotPrefix } of config.datasets.values()) {
      for await (const { key, lastModified } of lister.list(hotPrefix)) {
        listed += 1
        if (lastModified <= before && !isFolder(key)) forgotten.push({ key })
        if (listed >= MAX_LISTED || forgotten.length >= MAX_REMINDERS) break
      }
    }
    const reminders = forgotten.slice(0, MAX_REMINDERS)
    if (reminders.length > 0) await objectsQueue.send(reminders)
    return { reminded: reminders.length }
  }
