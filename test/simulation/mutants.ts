import { nextGenerationId } from '../../shared/domain/commit.ts'
import { DAY } from '../../shared/domain/duration.ts'
import { expireObjects } from '../../shared/use-cases/expire-objects.ts'
import { sealPartition } from '../../shared/use-cases/seal-partition.ts'
import { sweep } from '../../shared/use-cases/sweep.ts'
import type { Mutant } from './functions.ts'

const LINE_FEED = 10

/** Breaks of the protocol, by hand. A simulation that does not find each of them proves nothing. */
export const MUTANTS: Readonly<Record<string, Mutant>> = {
  'messages are acknowledged whether or not their records are committed': {
    functions: ({ ageRecords, ...others }) => ({
      ...others,
      ageRecords: async (messages) => {
        const outcome = await ageRecords(messages)
        return { ...outcome, done: new Set(messages.map(({ messageId }) => messageId)) }
      },
    }),
  },
  'a hot object goes after its first chunk': {
    ports: ({ register, hot, ...others }) => ({
      ...others,
      hot,
      register: {
        ...register,
        put: async (object, progress, at) => {
          await register.put(object, progress, at)
          await hot.remove(object)
        },
      },
    }),
  },
  'a hot object goes in whatever version it is': {
    ports: ({ hot, ...others }) => ({
      ...others,
      hot: {
        find: hot.find,
        stream: hot.stream,
        read: hot.read,
        remove: async ({ key }) => {
          const current = await hot.find(key)
          return current === undefined ? 'gone' : hot.remove(current)
        },
      },
    }),
  },
  'a commit overwrites the one that has its id': {
    ports: ({ log, ...others }) => ({
      ...others,
      log: {
        read: log.read,
        remove: log.remove,
        append: async (ref, commit) => {
          if ((await log.append(ref, commit)) === 'committed') return 'committed'
          await log.remove(ref, commit)
          return log.append(ref, commit)
        },
      },
    }),
  },
  'a seal that lost its race takes the next number': {
    functions: (others, ports) => {
      const { log } = ports
      const append: typeof log.append = async (ref, commit) => {
        if ((await log.append(ref, commit)) === 'committed') return 'committed'
        const { commits } = await log.read(ref)
        return log.append(ref, { ...commit, id: nextGenerationId(commits) })
      }
      return {
        ...others,
        seal: sealPartition({ ...ports, log: { read: log.read, remove: log.remove, append } }),
      }
    },
  },
  'nothing has a grace': {
    functions: (others, ports) => {
      // without retention, which would be early too
      const kept = [...ports.config.datasets].map(
        ([name, dataset]) => [name, { ...dataset, retention: null }] as const,
      )
      const config = { ...ports.config, datasets: new Map(kept) }
      const early = { ...ports, config, now: () => ports.now() + 2 * DAY }
      return {
        ...others,
        expire: expireObjects(early),
        sweep: sweep({ ...early, resumeWaiters: async () => undefined }),
      }
    },
  },
  'a partition is put into before it is registered': {
    ports: ({ registry, ...others }) => ({
      ...others,
      registry: {
        list: registry.list,
        due: registry.due,
        settle: registry.settle,
        expect: async () => undefined,
      },
    }),
  },
  'what is malformed is not kept': {
    ports: (ports) => ({
      ...ports,
      quarantine: { ...ports.quarantine, keep: async () => 'kept' },
    }),
  },
  'nobody looks for a hot object whose event was lost': {
    functions: (functions) => ({ ...functions, remindOfHotObjects: async () => ({ reminded: 0 }) }),
  },
  'what is dead is never sent to be expired': {
    ports: (ports) => ({ ...ports, expireQueue: { send: async () => undefined } }),
  },
  'a segment is not tagged for the class that it is to move to': {
    ports: (ports) => ({ ...ports, tagger: { tag: async () => undefined } }),
  },
  'a partition that was swept is not looked at again': {
    ports: ({ registry, ...others }) => ({
      ...others,
      registry: {
        list: registry.list,
        due: registry.due,
        expect: registry.expect,
        settle: (entry) => registry.settle(entry, Number.POSITIVE_INFINITY),
      },
    }),
  },
  'a task that is done is not taken off the open ones': {
    ports: ({ taskList, ...others }) => ({
      ...others,
      taskList: { all: taskList.all, open: taskList.open, close: async () => undefined },
    }),
  },
  'a file holds only the first of its records': {
    ports: ({ delivery, ...others }) => ({
      ...others,
      delivery: {
        find: delivery.find,
        putWhole: delivery.putWhole,
        begin: async (...given) => {
          const draft = await delivery.begin(...given)
          const cut = (bytes: Uint8Array) => bytes.subarray(0, bytes.indexOf(LINE_FEED) + 1)
          return { ...draft, write: (bytes) => draft.write(cut(bytes)) }
        },
      },
    }),
  },
}
