import type { Dataset } from '../domain/dataset.ts'
import { partitionOf } from '../domain/partition.ts'
import type { ArchiveRecord } from '../domain/record.ts'

/** A record of a message, and the dataset that it is of. */
export type Accepted = { readonly dataset: Dataset; readonly record: ArchiveRecord }

/** Records of one partition, out of the messages of a batch: what is landed at once. */
export type Group = {
  /** Of a message that is landed by itself. */
  readonly unit?: string
  readonly dataset: Dataset
  readonly partition: string
  readonly records: ArchiveRecord[]
  readonly messageIds: Set<string>
}

/**
 * A message with records of more partitions than this is landed by itself, under its own name: it may take more time than
 * there is, and its next attempt then passes over what this one has landed.
 */
const STREWN = 1000

/** Adds what a message holds to the groups of its batch, by dataset and partition. */
export const addToGroups = (groups: Map<string, Group>, messageId: string, accepted: readonly Accepted[]) => {
  const placed = accepted.map((each) => {
    const partition = partitionOf(each.record.time, each.dataset.partition)
    return { ...each, partition, place: `${each.dataset.name}#${partition}` }
  })
  const isStrewn = new Set(placed.map(({ place }) => place)).size > STREWN
  const own = isStrewn ? { unit: `message-${messageId}` } : {}
  for (const { dataset, record, partition, place } of placed) {
    const name = isStrewn ? `${place} of ${messageId}` : place
    const group = groups.get(name) ?? { ...own, dataset, partition, records: [], messageIds: new Set() }
    groups.set(name, group)
    group.records.push(record)
    group.messageIds.add(messageId)
  }
}
