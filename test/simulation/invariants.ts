import { addDigests, type Digest, emptyDigest, formatDigest, sameDigest } from '../../shared/domain/digest.ts'
import { parseSegmentKey } from '../../shared/domain/keys.ts'
import { addLedgers, ledgerOfQuarantine } from '../../shared/domain/ledger.ts'
import { partitionOf, partitionRange } from '../../shared/domain/partition.ts'
import { GRACE } from '../../shared/domain/plan-sweep.ts'
import { ulidTime } from '../../shared/domain/ulid.ts'
import { makePartitionReader, type PartitionView } from './archive-view.ts'
import { type Cloud, nameOf } from './cloud.ts'
import type { Producer, Sent } from './producer.ts'
import { LONGEST_SKEW } from './settings.ts'
import { Violation } from './violation.ts'
import { makeWhereabouts } from './whereabouts.ts'

export type Views = ReadonlyMap<string, PartitionView>

/** Checks what must hold at every moment, on what is really stored. Throws a Violation. */
export const makeInvariants = (
  cloud: Cloud,
  producer: Producer,
  /** Objects that are not what was put, by no fault of icecore's. */
  isDamaged: (key: string) => boolean,
) => {
  const { changes, config } = cloud
  const readPartition = makePartitionReader(cloud, isDamaged)
  const whereabouts = makeWhereabouts(cloud)
  const views = new Map<string, PartitionView>()
  /** What all landing commits that were ever seen have received, by dataset: the books must add up to it for ever. */
  const sums = new Map<string, Digest>()
  let suspended = false

  /** What is in quarantine, by dataset; and the ledger of each dataset that it was added up to. */
  const quarantined = new Map<string, Digest>()

  /** Of the partition that a text belongs to, its name and its name among the views; undefined of what is malformed. */
  const places = new Map<Sent, Readonly<{ partition: string; name: string }> | undefined>()
  const placeOf = (one: Sent) => {
    if (places.has(one)) return places.get(one)
    const partition = one.time === null ? undefined : partitionOf(one.time, 'day')
    const place =
      partition === undefined ? undefined : { partition, name: nameOf({ dataset: one.dataset, partition }) }
    places.set(one, place)
    return place
  }

  const isExpired = ({ dataset }: Sent, partition: string) => {
    const retention = config.datasets.get(dataset)?.retention ?? null
    return retention !== null && partitionRange(partition).end + retention <= cloud.now() + LONGEST_SKEW
  }

  const checkNothingLost = () => {
    for (const [name, one] of producer.sent) {
      const place = placeOf(one)
      if (place !== undefined && views.get(place.name)?.bodies.has(one.text)) continue
      if (whereabouts.isThere(one)) continue
      if (place !== undefined && isExpired(one, place.partition)) continue
      throw new Violation('no loss', `${name} is nowhere`)
    }
  }

  const checkOnce = ({ ref, records, commits }: PartitionView) => {
    const seen = new Set<string>()
    for (const { body, time } of records) {
      const name = `${ref.dataset} ${body}`
      if (seen.has(name)) throw new Violation('once', `${name} is read twice`)
      const sent = producer.sent.get(name)
      if (sent === undefined) throw new Violation('once', `${name} was never sent`)
      if (sent.time !== time || placeOf(sent)?.partition !== ref.partition)
        throw new Violation('once', `${name} is in ${nameOf(ref)}`)
      seen.add(name)
    }
    const replaced = commits.flatMap(({ replaces }) => replaces)
    if (new Set(replaced).size < replaced.length)
      throw new Violation('once', `${nameOf(ref)}: one commit is replaced by two`)
  }

  /** A unit that comes again after its commit was cut off is received anew. */
  const noteReceived = (before: PartitionView | undefined, { ref, commits }: PartitionView) => {
    const known = new Set(before?.commits.map(({ id }) => id))
    const landed = commits.filter(({ id }) => id.startsWith('L#') && !known.has(id))
    const sum = sums.get(ref.dataset) ?? emptyDigest
    sums.set(ref.dataset, addDigests(sum, ...landed.map(({ books }) => books.received)))
  }

  const checkBooks = () => {
    for (const dataset of config.datasets.keys()) {
      const own = [...views.values()].filter(({ ref }) => ref.dataset === dataset)
      const kept = ledgerOfQuarantine(quarantined.get(dataset) ?? emptyDigest)
      const ledger = addLedgers(kept, ...own.map((view) => view.ledger))
      const all = addDigests(ledger.quarantined, sums.get(dataset) ?? emptyDigest)
      if (!ledger.balanced || !sameDigest(ledger.received, all))
        throw new Violation(
          'books balance',
          `${dataset}: received ${formatDigest(ledger.received)}, landed and quarantined ${formatDigest(all)}, balanced ${ledger.balanced}`,
        )
    }
  }

  /** By what the log says right after the removal: the commit that names the object is still there then. */
  const checkRemovals = () => {
    for (const key of changes.removed.splice(0)) {
      const named = parseSegmentKey(key)
      if (named === undefined) continue
      const commits = views.get(nameOf(named))?.commits ?? []
      const owner = commits.find(({ segments }) => segments.some((segment) => segment.key === key))
      const deaths = commits.filter(({ replaces }) => owner && replaces.includes(owner.id))
      const since = owner
        ? Math.min(...deaths.map(({ committedAt }) => committedAt))
        : ulidTime(named.segmentId)
      if (since + GRACE > cloud.now() + 2 * LONGEST_SKEW)
        throw new Violation('no early delete', `${key} was removed before its grace was over`)
    }
  }

  const check = async () => {
    if (suspended) return
    const touched = [...changes.partitions.values()]
    changes.partitions.clear()
    changes.acknowledged = false
    let isLogged = false
    for (const ref of touched) {
      const before = views.get(nameOf(ref))
      const view = await readPartition(ref, before)
      views.set(nameOf(ref), view)
      if (view.ledger === before?.ledger) continue
      noteReceived(before, view)
      checkOnce(view)
      isLogged = true
    }
    checkRemovals()
    const booked = changes.quarantine
    await whereabouts.look()
    checkNothingLost()
    if (booked)
      for (const dataset of config.datasets.keys())
        quarantined.set(dataset, await cloud.quarantine().total(dataset))
    if (booked || isLogged) checkBooks()
  }

  const ledgerOf = (dataset: string) =>
    addLedgers(...[...views.values()].filter(({ ref }) => ref.dataset === dataset).map((view) => view.ledger))

  return {
    check,
    /** From here on the catalog does not tell what is archived. */
    suspend: () => {
      suspended = true
    },
    /** It does again: what it tells now is looked at whole. `same`: it has to be what it was. */
    resume: async (same: boolean) => {
      suspended = false
      const before = new Map([...config.datasets.keys()].map((name) => [name, ledgerOf(name)]))
      changes.removed.length = 0
      changes.quarantine = true
      for (const dataset of config.datasets.keys())
        for await (const ref of cloud.ports.registry.list(dataset)) changes.partitions.set(nameOf(ref), ref)
      for (const { ref } of views.values()) changes.partitions.set(nameOf(ref), ref)
      for (const ref of changes.partitions.values()) {
        const view = await readPartition(ref)
        views.set(nameOf(ref), view)
        checkOnce(view)
      }
      for (const [dataset, { received, expired, archived }] of before) {
        const now = ledgerOf(dataset)
        // what is received is counted from here on anew
        sums.set(dataset, now.received)
        const isSame =
          sameDigest(now.received, received) &&
          sameDigest(now.expired, expired) &&
          sameDigest(now.archived, archived)
        if (same && !isSame)
          throw new Violation(
            'books balance',
            `${dataset} was rebuilt: received ${formatDigest(now.received)} of ${formatDigest(received)}, archived ${formatDigest(now.archived)} of ${formatDigest(archived)}, expired ${formatDigest(now.expired)} of ${formatDigest(expired)}`,
          )
      }
      await check()
    },
    /** The archive as it was at the last look. */
    views: views as Views,
    hasChanged: () =>
      changes.partitions.size > 0 ||
      changes.acknowledged ||
      changes.hot ||
      changes.quarantine ||
      changes.removed.length > 0,
  }
}

export type Invariants = ReturnType<typeof makeInvariants>
