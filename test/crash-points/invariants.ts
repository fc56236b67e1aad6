import { readMessage } from '../../shared/codec/envelope.ts'
import { type Commit, isGeneration } from '../../shared/domain/commit.ts'
import { addDigests, type Digest, emptyDigest, formatDigest, sameDigest } from '../../shared/domain/digest.ts'
import { parseSegmentKey } from '../../shared/domain/keys.ts'
import { partitionOf, partitionRange } from '../../shared/domain/partition.ts'
import { GRACE } from '../../shared/domain/plan-sweep.ts'
import type { PartitionRef } from '../../shared/domain/segment.ts'
import { ulidTime } from '../../shared/domain/ulid.ts'
import { UNKNOWN_DATASET } from '../../shared/ports/quarantine.ts'
import { readLedger } from '../../shared/use-cases/read-ledger.ts'
import { Broken, type PartitionView, viewArchive, viewDeadLetters, viewQuarantine } from './archive-view.ts'
import type { Cloud } from './cloud.ts'
import type { Producer, Sent } from './producer.ts'
import { CONFIG } from './settings.ts'

const nameOf = ({ dataset, partition }: PartitionRef) => `${dataset} ${partition}`

const isExpired = ({ dataset, time }: Sent, now: number) => {
  const policy = CONFIG.datasets.get(dataset)
  if (policy?.retention == null || time === null) return false
  return partitionRange(partitionOf(time, policy.partition)).end + policy.retention <= now
}

/** Bodies by dataset. */
const archivedIn = (views: readonly PartitionView[]) =>
  new Set(views.flatMap(({ ref, records }) => records.map(({ body }) => `${ref.dataset} ${body}`)))

/** What must hold at every moment, by what is really stored: I1 to I4 and I7. Throws Broken. */
export const makeInvariants = (cloud: Cloud, producer: Producer) => {
  const { log, registry, quarantineBooks: quarantine } = cloud.ports
  /** What each landing commit that was ever made has received: the books must add up to it for ever. */
  const landed = new Map<string, { dataset: string; received: Digest }>()

  const quarantined = async () =>
    (await viewQuarantine(cloud)).map(({ dataset, text }) => `${dataset} ${text}`)

  const checkNothingLost = async (views: readonly PartitionView[], inQuarantine: readonly string[]) => {
    const dead = new Set(await viewDeadLetters(cloud))
    const kept = archivedIn(views)
    for (const name of inQuarantine) kept.add(name)
    for (const { body } of cloud.queues.records.all()) {
      const { records, rejections } = readMessage(body.text, body.dataset)
      for (const { dataset, text } of records) kept.add(`${dataset} ${text}`)
      for (const { text } of rejections) kept.add(`${UNKNOWN_DATASET} ${text}`)
    }
    for (const key of cloud.hotKeys())
      for (const row of producer.rowsOf(key)) kept.add(`${key.slice(0, key.indexOf('/'))} ${row}`)
    const isKept = (name: string, one: Sent) =>
      kept.has(name) ||
      kept.has(`${UNKNOWN_DATASET} ${one.text}`) ||
      dead.has(one.text) ||
      isExpired(one, cloud.now())
    for (const [name, one] of producer.sent)
      if (!isKept(name, one)) throw new Broken(`no loss: ${name} is nowhere`)
  }

  const checkOnce = (views: readonly PartitionView[], inQuarantine: readonly string[]) => {
    for (const { ref, records, commits } of views) {
      const bodies = new Set(records.map(({ body }) => body))
      if (bodies.size < records.length) throw new Broken(`once: ${nameOf(ref)} gives a record twice`)
      for (const body of bodies)
        if (!producer.isKnown(`${ref.dataset} ${body}`)) throw new Broken(`once: ${body} was never sent`)
      const replaced = commits.flatMap(({ replaces }) => replaces)
      if (new Set(replaced).size < replaced.length)
        throw new Broken(`once: of ${nameOf(ref)} one commit is replaced by two`)
    }
    if (new Set(inQuarantine).size < inQuarantine.length)
      throw new Broken('once: an item is in quarantine twice')
  }

  const noteCommit = (ref: PartitionRef, { id, books: { received } }: Commit) => {
    if (!isGeneration(id)) landed.set(`${nameOf(ref)} ${id}`, { dataset: ref.dataset, received })
  }

  const checkBooks = async () => {
    for (const dataset of CONFIG.datasets.keys()) {
      const ledger = await readLedger({ registry, log, quarantine })(dataset)
      const received = [...landed.values()].filter((one) => one.dataset === dataset)
      const all = received.reduce((sum, one) => addDigests(sum, one.received), emptyDigest)
      const due = addDigests(all, ledger.quarantined)
      if (!ledger.balanced || !sameDigest(ledger.received, due))
        throw new Broken(
          `books: ${dataset} received ${formatDigest(ledger.received)}, landed and quarantined ${formatDigest(due)}`,
        )
    }
  }

  /** What was found while a use case ran, which may have gone on as after any error. */
  const found: Broken[] = []
  const find = (message: string) => {
    const broken = new Broken(message)
    found.push(broken)
    throw broken
  }

  const check = async (): Promise<readonly PartitionView[]> => {
    for (const broken of found) throw broken
    const views = await viewArchive(cloud)
    const inQuarantine = await quarantined()
    await checkNothingLost(views, inQuarantine)
    checkOnce(views, inQuarantine)
    await checkBooks()
    return views
  }

  /** Nothing goes from the archive before its grace is over, by what the log says right before. */
  const checkRemoval = async (key: string) => {
    const named = parseSegmentKey(key)
    if (named === undefined) return
    const { commits } = await log.read(named)
    const owner = commits.find(({ segments }) => segments.some((segment) => segment.key === key))
    const deaths = commits.filter(({ replaces }) => owner !== undefined && replaces.includes(owner.id))
    const since =
      owner === undefined
        ? ulidTime(named.segmentId)
        : Math.min(...deaths.map(({ committedAt }) => committedAt))
    if (since + GRACE > cloud.now()) find(`no early delete: ${key} went before its grace was over`)
  }

  /** A hot object goes only when each of its rows, as it is now, is in the archive or in quarantine. */
  const checkHotRemoval = async (key: string) => {
    const kept = new Set([...archivedIn(await viewArchive(cloud)), ...(await quarantined())])
    const dataset = key.slice(0, key.indexOf('/'))
    for (const row of producer.rowsOf(key))
      if (!kept.has(`${dataset} ${row}`)) find(`no early delete: ${key} went before ${row}`)
  }

  return { check, noteCommit, checkRemoval, checkHotRemoval }
}

export type Invariants = ReturnType<typeof makeInvariants>
