import { liveCommits } from '../../../shared/domain/commit.ts'
import { DAY } from '../../../shared/domain/duration.ts'
import type { StorageClass } from '../../../shared/domain/storage-class.ts'
import { expireObjects } from '../../../shared/use-cases/expire-objects.ts'
import { resumeWaiters } from '../../../shared/use-cases/resume-waiters.ts'
import { sweep } from '../../../shared/use-cases/sweep.ts'
import type { Mutant, Mutants } from '../functions.ts'
import type { Ports } from '../ports.ts'

/** A sweep and an expiry that see other ports. */
const sweepAndExpireWith = (change: (ports: Ports) => Ports): Mutant => ({
  functions: (others, ports) => {
    const changed = change(ports)
    return {
      ...others,
      expire: expireObjects(changed),
      sweep: sweep({ ...changed, resumeWaiters: resumeWaiters(ports) }),
    }
  },
})

const withRetention = ({ config, ...others }: Ports, change: (retention: number) => number | null): Ports => {
  const datasets = [...config.datasets].map(
    ([name, dataset]) =>
      [
        name,
        { ...dataset, retention: dataset.retention === null ? null : change(dataset.retention) },
      ] as const,
  )
  return { ...others, config: { ...config, datasets: new Map(datasets) } }
}

const tagAfterHolding = ({ tagger, holdings, ...others }: Ports): Ports => {
  const pending = new Map<string, [string, StorageClass]>()
  return {
    ...others,
    tagger: {
      tag: async (key, storageClass) => {
        pending.set(key, [key, storageClass])
      },
    },
    holdings: {
      put: async (ref, holding, expected) => {
        const outcome = await holdings.put(ref, holding, expected)
        for (const [key, given] of [...pending]) {
          if (!key.includes(holding.segmentId)) continue
          pending.delete(key)
          await tagger.tag(...given)
        }
        return outcome
      },
    },
  }
}

/** Breaks of what keeps the archive in order once records are in it. */
export const STORING: Mutants = {
  'nothing has a grace': sweepAndExpireWith((ports) => ({
    // without retention, which would be early too
    ...withRetention(ports, () => null),
    now: () => ports.now() + 2 * DAY,
  })),
  'records expire two days before their time': sweepAndExpireWith((ports) =>
    withRetention(ports, (retention) => retention - 2 * DAY),
  ),
  'records never expire': sweepAndExpireWith((ports) => withRetention(ports, () => null)),
  'a commit goes before those that it replaced': {
    functions: (others, ports) => {
      const read: typeof ports.log.read = async (ref) => {
        const state = await ports.log.read(ref)
        const live = new Set(liveCommits(state.commits).map(({ id }) => id))
        const deaths = new Set(
          state.commits.filter(({ id }) => live.has(id)).flatMap(({ replaces }) => replaces),
        )
        // what a dead commit replaced seems to be gone already
        const commits = state.commits
          .filter(({ id }) => live.has(id) || deaths.has(id))
          .map((commit) => (live.has(commit.id) ? commit : { ...commit, replaces: [] }))
        return { ...state, commits }
      }
      return { ...others, expire: expireObjects({ ...ports, log: { ...ports.log, read } }) }
    },
  },
  'what is dead is never sent to be expired': {
    ports: (ports) => ({ ...ports, expireQueue: { send: async () => undefined } }),
  },
  'what is dead loses its objects and stays in the catalog': {
    ports: ({ log, ...others }) => ({ ...others, log: { ...log, remove: async () => undefined } }),
  },
  'what is dead goes from the catalog and keeps its objects': {
    ports: (ports) => ({ ...ports, remover: { remove: async () => undefined } }),
  },
  'orphans are passed over': {
    ports: ({ expireQueue, ...others }) => ({
      ...others,
      expireQueue: {
        send: (tasks) => expireQueue.send(tasks.filter(({ orphanKeys }) => orphanKeys.length === 0)),
      },
    }),
  },
  'only the first object of a listing is seen': {
    ports: ({ lister, ...others }) => ({
      ...others,
      lister: {
        async *list(prefix) {
          for await (const object of lister.list(prefix)) {
            yield object
            return
          }
        },
      },
    }),
  },
  'a segment is not tagged for the class that it is to move to': {
    ports: (ports) => ({ ...ports, tagger: { tag: async () => undefined } }),
  },
  'a segment is tagged after its holding says so': { ports: tagAfterHolding },
  'where a segment is to go counts as where it is': {
    ports: ({ holdings, ...others }) => ({
      ...others,
      holdings: {
        put: (ref, holding, expected) =>
          holdings.put(
            ref,
            { ...holding, storageClass: holding.target ?? holding.storageClass, target: null },
            expected,
          ),
      },
    }),
  },
  'a partition that was swept is not looked at again': {
    ports: ({ registry, ...others }) => ({
      ...others,
      registry: { ...registry, settle: (entry) => registry.settle(entry, Number.POSITIVE_INFINITY) },
    }),
  },
  'the last partition of a list is left out': {
    ports: ({ registry, ...others }) => ({
      ...others,
      registry: {
        ...registry,
        async *list(dataset, range) {
          let last: Awaited<ReturnType<typeof registry.due>>[number] | undefined
          for await (const entry of registry.list(dataset, range)) {
            if (last !== undefined) yield last
            last = entry
          }
        },
      },
    }),
  },
}
