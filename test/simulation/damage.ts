import { liveSegments } from '../../shared/domain/commit.ts'
import type { Segment } from '../../shared/domain/segment.ts'
import type { Cloud } from './cloud.ts'
import type { Draw } from './draw.ts'
import type { Views } from './invariants.ts'
import type { Tally } from './tally.ts'

export const DAMAGES = ['a byte flipped', 'cut off', 'swapped', 'gone'] as const
export type Damage = (typeof DAMAGES)[number]

const MAGIC = 4

export type Damaged = { readonly key: string; readonly how: Damage; readonly segment: Segment }

/** What S3 may do to an object at rest, and its repair out of an earlier version. */
export const makeDamage = (cloud: Pick<Cloud, 'atRest'>, tally: Tally) => {
  const { atRest: bucket } = cloud
  const open = new Map<string, Damaged & { readonly content: Buffer; readonly etag: string }>()

  const contentOf = (key: string): Buffer => {
    let content = Buffer.alloc(0)
    bucket.corrupt(key, (bytes) => {
      content = Buffer.from(bytes)
      return bytes
    })
    return content
  }

  const damagedBytes = (how: Damage, content: Buffer, other: Buffer, draw: Draw): Buffer => {
    if (how === 'cut off') return content.subarray(0, draw.below(content.length))
    if (how === 'swapped') return other
    // the magic number at the beginning is never read
    const at = MAGIC + draw.below(content.length - MAGIC)
    return Buffer.from(content.map((byte, index) => (index === at ? byte ^ (1 + draw.below(255)) : byte)))
  }

  return {
    isDamaged: (key: string) => open.has(key),
    open: (): readonly Damaged[] => [...open.values()],
    /** Damages a live segment, or its index; false where there is none. */
    damage: (views: Views, draw: Draw): boolean => {
      const segments = [...views.values()]
        .flatMap(({ commits }) => liveSegments(commits))
        .filter(({ key, indexKey }) => !open.has(key) && !open.has(indexKey))
      const segment = draw.pick(segments)
      if (segment === undefined) return false
      const key = draw.chance(0.2) ? segment.indexKey : segment.key
      const how = draw.pick(DAMAGES) ?? 'swapped'
      const content = contentOf(key)
      const other = contentOf(draw.pick(segments)?.key ?? key)
      // an object that is swapped with itself is whole
      if (how === 'swapped' && other.equals(content)) return false
      tally.count('objects at rest', how)
      open.set(key, { key, how, segment, content, etag: bucket.etag(key) ?? '' })
      if (how === 'gone') bucket.hide(key)
      else {
        const bytes = damagedBytes(how, content, other, draw)
        bucket.corrupt(key, () => bytes)
      }
      return true
    },
    /** Takes back what was there before, unless something else was put there meanwhile. */
    repair: () => {
      for (const { key, how, content, etag } of open.values()) {
        if (how === 'gone') bucket.unhide(key)
        else if (bucket.etag(key) === etag) bucket.corrupt(key, () => content)
      }
      open.clear()
    },
  }
}

export type AtRest = ReturnType<typeof makeDamage>
