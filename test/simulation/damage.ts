import { liveSegments } from '../../shared/domain/commit.ts'
import { DAY } from '../../shared/domain/duration.ts'
import { segmentKey } from '../../shared/domain/keys.ts'
import type { Segment } from '../../shared/domain/segment.ts'
import { isArchiveClass } from '../../shared/domain/storage-class.ts'
import { makeUlid } from '../../shared/domain/ulid.ts'
import type { Cloud } from './cloud.ts'
import type { Draw } from './draw.ts'
import type { Views } from './invariants.ts'
import type { Tally } from './tally.ts'
import { Violation } from './violation.ts'

export const DAMAGES = ['a byte flipped', 'cut off', 'swapped', 'gone'] as const
export type Damage = (typeof DAMAGES)[number]

type Damaged = {
  readonly key: string
  readonly how: Damage
  readonly segment: Segment
  readonly content: Buffer
  readonly etag: string
}

/** The magic number at the beginning is never read. */
const MAGIC = 4
/** Longer than an orphan's grace. */
const LONG_AGO = 2 * DAY

const damagedBytes = (how: Damage, content: Buffer, other: Buffer, draw: Draw): Buffer => {
  if (how === 'cut off') return content.subarray(0, draw.below(content.length))
  if (how === 'swapped') return other
  const at = MAGIC + draw.below(content.length - MAGIC)
  const mask = 1 + draw.below(255)
  return Buffer.from(content.map((byte, index) => (index === at ? byte ^ mask : byte)))
}

/** What may become of objects by no fault of icecore's: damage at rest, and objects that somebody puts among its own. */
export const makeDamage = ({ atRest: bucket, reports }: Pick<Cloud, 'atRest' | 'reports'>, tally: Tally) => {
  const damaged = new Map<string, Damaged>()
  const planted = new Set<string>()

  const contentOf = (key: string): Buffer => {
    let content = Buffer.alloc(0)
    bucket.corrupt(key, (bytes) => {
      content = Buffer.from(bytes)
      return bytes
    })
    return content
  }

  const whole = (views: Views) =>
    [...views.values()]
      .flatMap(({ commits }) => liveSegments(commits))
      .filter(({ key, indexKey }) => !damaged.has(key) && !damaged.has(indexKey))

  /** Whether an audit can see it: of what is cold nobody knows more than its size and the checksum that it was put with. */
  const canBeSeen = ({ key, how, segment, content }: Damaged, live: ReadonlySet<string>) => {
    if (!live.has(segment.key)) return false
    // an earlier audit has put it right
    if (bucket.facts(key) !== undefined && contentOf(key).equals(content)) return false
    if (key === segment.indexKey || how === 'gone' || how === 'cut off') return true
    const facts = bucket.facts(key)
    return facts !== undefined && (!isArchiveClass(facts.storageClass) || facts.isRestored)
  }

  return {
    isDamaged: (key: string) => damaged.has(key),
    isAny: () => damaged.size > 0 || planted.size > 0,
    /** Damages a live segment, or its index; false where there is none. */
    damage: (views: Views, draw: Draw): boolean => {
      const segment = draw.pick(whole(views))
      if (segment === undefined) return false
      const key = draw.chance(0.2) ? segment.indexKey : segment.key
      const how = draw.pick(DAMAGES) ?? 'swapped'
      const content = contentOf(key)
      const other = contentOf(draw.pick(whole(views))?.key ?? key)
      // an object that is swapped with itself is whole
      if (how === 'swapped' && other.equals(content)) return false
      tally.count('objects at rest', how)
      damaged.set(key, { key, how, segment, content, etag: bucket.etag(key) ?? '' })
      if (how === 'gone') bucket.hide(key)
      else {
        const bytes = damagedBytes(how, content, other, draw)
        bucket.corrupt(key, () => bytes)
      }
      return true
    },
    /** Puts an object where segments lie: a copy of one under another name, or something else altogether. */
    plant: (views: Views, now: number, draw: Draw): boolean => {
      const segment = draw.pick(whole(views))
      if (segment === undefined) return false
      const isCopy = draw.chance(0.5)
      const key = isCopy
        ? segmentKey(segment.kind, segment, makeUlid(now - LONG_AGO, draw.bytes))
        : segment.key.replace(/[^/]+$/, 'notes.txt')
      tally.count('objects at rest', isCopy ? 'a copy planted' : 'something else planted')
      planted.add(key)
      bucket.put(key, isCopy ? contentOf(segment.key) : Buffer.from('not of icecore'))
      return true
    },
    /** Every damage and every planted object has to be in what the last audit told. */
    checkReport: (views: Views) => {
      const told = new Set(reports.at(-1)?.told.map(({ key }) => key))
      const live = new Set(
        [...views.values()].flatMap(({ commits }) => liveSegments(commits).map(({ key }) => key)),
      )
      for (const one of damaged.values())
        if (canBeSeen(one, live) && !told.has(one.key))
          throw new Violation('true audits', `${one.key} is ${one.how}, and nothing is told of it`)
      for (const key of planted)
        if (bucket.facts(key) !== undefined && !told.has(key))
          throw new Violation('true audits', `${key} was planted, and nothing is told of it`)
    },
    /** Takes back what was there before, unless something else was put there meanwhile; and takes away what was planted. */
    repair: () => {
      for (const { key, how, content, etag } of damaged.values()) {
        if (how === 'gone') bucket.unhide(key)
        else if (bucket.etag(key) === etag) bucket.corrupt(key, () => content)
      }
      for (const key of planted) bucket.hide(key)
      damaged.clear()
      planted.clear()
    },
  }
}

export type AtRest = ReturnType<typeof makeDamage>
