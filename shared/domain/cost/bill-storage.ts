import { earlyLines, keepLines } from '../bill-objects.ts'
import { DAY } from '../duration.ts'
import type { Meter } from '../meter.ts'
import type { StorageClass } from '../storage-class.ts'
import type { PartitionLife } from './partition-life.ts'
import { eventsOf, type Period, stockOf } from './stock.ts'

/** An index object without its filter, and what each record adds to it. */
const INDEX_BYTES = 2600
const FILTER_BYTES = 1.25
/** Of a commit in the snapshot of its partition, whose older versions stay for a month. */
const SNAPSHOT_BYTES = 1000
const KEPT = 30.5 * DAY

/** How the bytes of sealed segments lie in classes at some time: units are bytes. */
export const bytesByClass = (
  { length, sealedBytes, stays, expiresAt }: PartitionLife,
  at: number,
): readonly { readonly storageClass: StorageClass; readonly bytes: number }[] =>
  stays.map(({ storageClass, since, until }) => ({
    storageClass,
    bytes: (sealedBytes / length) * (Math.max(0, at - since) - Math.max(0, at - Math.min(until, expiresAt))),
  }))

const billSealed = (meter: Meter, life: PartitionLife, period: Period) => {
  const { length, end, sealedBytes, sealedSegments, stays } = life
  const size = sealedBytes / sealedSegments
  stays.forEach(({ storageClass, since, until }, index) => {
    const time = stockOf(sealedSegments / length, period, since, until)
    const leaving = { count: eventsOf(period, end + until, length) * sealedSegments, stay: until - since }
    const lines = [...keepLines(storageClass, size, time), ...earlyLines(storageClass, size, leaving)]
    for (const [line, quantity] of lines) meter.add(line, quantity)
    // the tag stays
    if (index > 0) meter.add('s3.storage.tags', time)
  })
}

/** What an archive keeps over a period: sealed and landing segments, index objects, snapshots, and what can be taken back. */
export const billStorage = (meter: Meter, life: PartitionLife, period: Period) => {
  const { length, landings, sealedBytes, sealedAt, landingGoneAt, indexGoneAt, goneAt } = life
  const keep = (bytes: number, since: number, until: number) =>
    meter.add('s3.storage.STANDARD', stockOf(bytes / length, period, since, until))
  billSealed(meter, life, period)
  keep(sealedBytes, 0, landingGoneAt)
  keep(life.resealedBytes, 0, indexGoneAt)
  keep(landings * INDEX_BYTES + life.records * FILTER_BYTES, 0, indexGoneAt)
  keep(life.sealedSegments * INDEX_BYTES + life.records * FILTER_BYTES, sealedAt, goneAt)
  const written = Math.min(landings, 24) + 2
  keep(SNAPSHOT_BYTES, sealedAt, Number.POSITIVE_INFINITY)
  keep((written * (landings + 1) * SNAPSHOT_BYTES) / 2, sealedAt, sealedAt + KEPT)
}
