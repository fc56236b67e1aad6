import { indexKey, parseSegmentKey } from '../../../shared/domain/keys.ts'
import { isRemovableOrphan } from '../../../shared/domain/plan-sweep.ts'
import type { Snapshots } from '../../../shared/ports/snapshots.ts'
import { auditArchive } from '../../../shared/use-cases/audit-archive.ts'
import { rebuildCatalog } from '../../../shared/use-cases/rebuild-catalog.ts'
import { retryDeadLetter } from '../../../shared/use-cases/retry-dead-letter.ts'
import { retryUnit } from '../../../shared/use-cases/retry-unit.ts'
import type { Mutant, Mutants } from '../functions.ts'
import type { Ports } from '../ports.ts'

const rebuildWith = (change: (ports: Ports) => Partial<Ports>): Mutant => ({
  functions: (others, ports) => {
    const changed = { ...ports, ...change(ports) }
    return {
      ...others,
      rebuild: rebuildCatalog({ ...changed, quarantineRegister: changed.quarantineParts.register }),
    }
  },
})

/** Nobody has ever written one. */
const NO_SNAPSHOTS: Snapshots = {
  read: async () => ({ snapshot: undefined, version: undefined, damaged: false }),
  write: async () => 'written',
}

/** Breaks of what puts an archive in order again. */
export const RECOVERING: Mutants = {
  'a dead letter is taken off its queue and not kept': {
    ports: (ports) => ({ ...ports, letters: { ...ports.letters, keep: async () => 'kept' } }),
  },
  'a dead letter counts as sent again before it is': {
    functions: (others, ports) => ({
      ...others,
      retryDead: async (letter, options) => {
        await ports.letterMarks.retried(letter)
        return retryDeadLetter({ ...ports, hotKeysOf: () => [] })(letter, options)
      },
    }),
  },
  'a unit of quarantine counts as sent again before it is': {
    functions: (others, ports) => ({
      ...others,
      retryUnit: async (unit, options) => {
        const [found] = await ports.quarantineIndex.named(unit.dataset, unit.name)
        if (found !== undefined) await ports.quarantineMarks.retried(found, ports.now())
        const index = { ...ports.quarantineIndex, named: async () => (found === undefined ? [] : [found]) }
        return retryUnit({
          ...ports,
          index,
          objects: ports.quarantineObjects,
          marks: ports.quarantineMarks,
        })(unit, options)
      },
    }),
  },
  'a catalog is rebuilt from snapshots alone': rebuildWith(({ lister }) => ({
    lister: {
      async *list(prefix) {
        if (!/^(landing|sealed)/.test(prefix)) yield* lister.list(prefix)
      },
    },
  })),
  'a catalog is rebuilt from segments alone': rebuildWith(() => ({ snapshots: NO_SNAPSHOTS })),
  'a catalog is rebuilt without quarantine': rebuildWith(({ quarantineParts }) => ({
    quarantineParts: { ...quarantineParts, register: { book: async () => 'booked' } },
  })),
  'no snapshot is ever written': { ports: (ports) => ({ ...ports, snapshots: NO_SNAPSHOTS }) },
  'nobody sees that the catalog was rolled back': {
    ports: ({ snapshots, ...others }) => ({
      ...others,
      snapshots: {
        ...snapshots,
        read: async (ref) => {
          const kept = await snapshots.read(ref)
          const { commits } = await others.log.read(ref)
          // what it has and the log has not seems never to have been
          const known = new Set(commits.map(({ id }) => id))
          const some = kept.snapshot?.commits.filter(({ id }) => known.has(id))
          return some === undefined || kept.snapshot === undefined
            ? kept
            : { ...kept, snapshot: { ...kept.snapshot, commits: some } }
        },
      },
    }),
  },
  'an orphan goes whether or not its records are anywhere else': {
    functions: ({ expire, ...others }, { log, remover, now }) => ({
      ...others,
      expire: async ({ orphanKeys, ...task }) => {
        const { commits } = await log.read(task)
        for (const key of orphanKeys.filter((one) => isRemovableOrphan(one, commits, now()))) {
          await remover.remove(key)
          await remover.remove(indexKey(task, parseSegmentKey(key)?.segmentId ?? ''))
        }
        return expire({ ...task, orphanKeys: [] })
      },
    }),
  },
  'an audit looks into no segment': {
    functions: (others, ports) => ({
      ...others,
      audit: auditArchive({ ...ports, budget: { ...ports.budget, segments: 0 } }),
    }),
  },
  'an audit tells only of what it has repaired': {
    ports: ({ reports, ...others }) => ({
      ...others,
      reports: {
        ...reports,
        write: (report) => reports.write({ ...report, told: report.told.filter(({ repaired }) => repaired) }),
      },
    }),
  },
  'a segment that cannot be read counts as read': {
    functions: ({ find, ...others }) => ({
      ...others,
      find: async (dataset, selector) => {
        const found = await find(dataset, selector)
        return found.kind === 'searched'
          ? {
              ...found,
              completeness: {
                ...found.completeness,
                unreadable: 0,
                missing: 0,
                cold: 0,
                read: found.completeness.segments,
              },
            }
          : found
      },
    }),
  },
}
