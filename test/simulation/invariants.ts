import { addDigests, type Digest, emptyDigest, formatDigest, sameDigest } from '../../shared/domain/digest.ts'
import { parseSegmentKey } from '../../shared/domain/keys.ts'
import { partitionOf, partitionRange } from '../../shared/domain/partition.ts'
import { GRACE } from '../../shared/domain/plan-sweep.ts'
import { ulidTime } from '../../shared/domain/ulid.ts'
import { readLedger } from '../../shared/use-cases/read-ledger.ts'
import { makeArchiveReader, type PartitionView } from './archive-view.ts'
import type { Cloud } from './cloud.ts'
import type { Producer, Sent } from './producer.ts'
import { CONFIG, LONGEST_SKEW } from './settings.ts'
import { Violation } from './violation.ts'

const nameOf = ({ dataset, partition }: { dataset: string; partition: string }) => `${dataset} ${partition}`

/** Checks what must hold at every moment, on what is really stored. Throws a Violation. */
export const makeInvariants = (cloud: Cloud, producer: Producer) => {
  const readArchive = makeArchiveReader(cloud)
  /** What each landing commit that was ever seen has received: the books must add up to it for ever. */
  const received = new Map<string, { dataset: string; digest: Digest }>()

  /** Long objects are looked at again and again. */
  const lines = new Map<string, ReadonlySet<string>>()
  const linesOf = (text: string): ReadonlySet<string> => {
    const known = lines.get(text) ?? new Set(text.split('\n'))
    lines.set(text, known)
    return known
  }

  const isExpired = ({ dataset, time }: Sent) => {
    const policy = CONFIG.datasets.get(dataset)
    if (policy?.retention == null || time === null) return false
    const { end } = partitionRange(partitionOf(time, policy.partition))
    return end + policy.retention <= cloud.now() + LONGEST_SKEW
  }

  const checkNothingLost = (views: readonly PartitionView[]) => {
    const archived = new Map(views.map(({ ref, bodies }) => [nameOf(ref), bodies]))
    const isArchived = ({ dataset, text, time }: Sent) =>
      time !== null &&
      archived.get(nameOf({ dataset, partition: partitionOf(time, 'day') }))?.has(text) === true
    const elsewhere = [
      ...cloud.queues.records.bodies().map(({ dataset, text }) => ({ dataset, lines: linesOf(text) })),
      ...cloud.hotKeys().map((key) => ({
        dataset: key.slice(0, key.indexOf('/')),
        lines: linesOf(cloud.hotText(key)),
      })),
      ...cloud.quarantine.units().map(({ dataset, items }) => ({
        dataset,
        lines: new Set(items.map(({ text }) => text)),
      })),
    ]
    const isKept = (one: Sent) =>
      isArchived(one) ||
      elsewhere.some(({ dataset, lines }) => dataset === one.dataset && lines.has(one.text)) ||
      isExpired(one)
    for (const [name, one] of producer.sent)
      if (!isKept(one)) throw new Violation('no loss', `${name} is nowhere`)
  }

  const checkOnce = (views: readonly PartitionView[]) => {
    const seen = new Set<string>()
    for (const { ref, records, commits } of views) {
      for (const { body } of records) {
        const name = `${ref.dataset} ${body}`
        if (seen.has(name)) throw new Violation('once', `${name} is read twice`)
        if (!producer.sent.has(name)) throw new Violation('once', `${name} was never sent`)
        seen.add(name)
      }
      const replaced = commits.flatMap(({ replaces }) => replaces)
      if (new Set(replaced).size < replaced.length)
        throw new Violation('once', `${nameOf(ref)}: one commit is replaced by two`)
    }
  }

  const checkBooks = async (views: readonly PartitionView[]) => {
    for (const { ref, commits } of views)
      for (const { id, books } of commits)
        if (id.startsWith('L#'))
          received.set(`${nameOf(ref)} ${id}`, { dataset: ref.dataset, digest: books.received })
    for (const dataset of CONFIG.datasets.keys()) {
      const { registry, log } = cloud.ports
      const ledger = await readLedger({ registry, log, quarantine: cloud.quarantine })(dataset)
      const landed = [...received.values()].filter((one) => one.dataset === dataset)
      const all = addDigests(
        ledger.quarantined,
        landed.reduce((sum, { digest }) => addDigests(sum, digest), emptyDigest),
      )
      if (!ledger.balanced || !sameDigest(ledger.received, all))
        throw new Violation(
          'books balance',
          `${dataset}: received ${formatDigest(ledger.received)}, landed and quarantined ${formatDigest(all)}, balanced ${ledger.balanced}`,
        )
    }
  }

  /** By what the log says right after the removal: the commit that names the object is still there then. */
  const checkRemovals = (views: readonly PartitionView[]) => {
    for (const key of cloud.removed.splice(0)) {
      const named = parseSegmentKey(key)
      if (named === undefined) continue
      const commits = views.find(({ ref }) => nameOf(ref) === nameOf(named))?.commits ?? []
      const owner = commits.find(({ segments }) => segments.some((segment) => segment.key === key))
      const deaths = commits.filter(({ replaces }) => owner && replaces.includes(owner.id))
      const since = owner
        ? Math.min(...deaths.map(({ committedAt }) => committedAt))
        : ulidTime(named.segmentId)
      if (since + GRACE > cloud.now() + 2 * LONGEST_SKEW)
        throw new Violation('no early delete', `${key} was removed before its grace was over`)
    }
  }

  return async (): Promise<readonly PartitionView[]> => {
    const views = await readArchive()
    checkRemovals(views)
    checkNothingLost(views)
    checkOnce(views)
    await checkBooks(views)
    return views
  }
}
