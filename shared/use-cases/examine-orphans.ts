import { type Commit, liveSegments } from '../domain/commit.ts'
import { judgeOrphan, type OrphanVerdict } from '../domain/judge-orphan.ts'
import type { Segment } from '../domain/segment.ts'
import type { Snapshot } from '../domain/snapshot.ts'
import type { SegmentReader } from '../ports/segment-store.ts'
import { mapBounded } from './bounded.ts'
import { type Described, describeSegment } from './describe-segment.ts'
import { isContained } from './is-contained.ts'

/**
 * `adopt`: none of its records may be lost; `withoutIndex` are the commit's segments whose index objects have to be written
 * first. `unclear`: it cannot be told; it stays.
 */
export type Examined =
  | { readonly kind: 'redundant'; readonly segment: Segment; readonly commitId: string }
  | { readonly kind: 'adopt'; readonly commit: Commit; readonly withoutIndex: readonly Segment[] }
  | { readonly kind: 'unclear' }
  | { readonly kind: 'gone' }

const AT_ONCE = 8

/**
 * Finds out what becomes of orphans past their grace, in a partition whose log continues its snapshot. `keys` are all of
 * them: the segments of one seal are judged together. Reads records only where names prove nothing.
 */
export const examineOrphans =
  (reader: SegmentReader) =>
  async (facts: {
    readonly commits: readonly Commit[]
    readonly snapshot: Snapshot | undefined
    readonly present: ReadonlySet<string>
    readonly keys: readonly string[]
  }): Promise<ReadonlyMap<string, Examined>> => {
    const { commits, snapshot, present, keys } = facts
    const looks = await mapBounded(keys, AT_ONCE, async (key) => ({
      key,
      look: await describeSegment(reader)(key),
    }))
    const described = looks.flatMap(({ look }) => (typeof look === 'string' ? [] : [look]))
    const orphans = described.map(({ found }) => found)
    const indexless = new Set(
      described.filter(({ hasIndex }) => !hasIndex).map(({ found }) => found.segment.id),
    )

    const settle = async (verdict: OrphanVerdict, { found }: Described): Promise<Examined> => {
      const adopt = (commit: Commit): Examined => ({
        kind: 'adopt',
        commit,
        withoutIndex: commit.segments.filter(({ id }) => indexless.has(id)),
      })
      const redundant = { kind: 'redundant', segment: found.segment, commitId: found.commit } as const
      if (verdict.kind === 'redundant') return redundant
      if (verdict.kind === 'adopt') return adopt(verdict.commit)
      if (verdict.kind === 'unclear') return verdict
      const contained = await isContained(reader)(found.segment, liveSegments(commits))
      if (contained === 'yes') return redundant
      return contained === 'no' && verdict.commit !== undefined ? adopt(verdict.commit) : { kind: 'unclear' }
    }

    const examined = new Map<string, Examined>()
    for (const { key, look } of looks) {
      if (look === 'gone') examined.set(key, { kind: 'gone' })
      else if (look === 'unreadable') examined.set(key, { kind: 'unclear' })
      else {
        const verdict = judgeOrphan({ commits, snapshot, present, orphans }, look.found)
        examined.set(key, await settle(verdict, look))
      }
    }
    return examined
  }
