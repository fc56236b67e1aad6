import { hash } from 'node:crypto'
import { makeQuarantine } from '../../../shared/adapters/quarantine-store.ts'
import { quarantineKey } from '../../../shared/domain/keys.ts'
import type { Mutant, Mutants } from '../functions.ts'
import type { Ports } from '../ports.ts'

/** Puts what is pending once the call that was meant to follow it is through. */
const putAfterCommit = ({ writer, log, ...others }: Ports): Ports => {
  const pending: Parameters<typeof writer.put>[0][] = []
  return {
    ...others,
    writer: {
      put: async (object) => {
        pending.push(object)
        return 'stored'
      },
    },
    log: {
      ...log,
      append: async (ref, commit) => {
        const outcome = await log.append(ref, commit)
        for (const object of pending.splice(0)) await writer.put(object)
        return outcome
      },
    },
  }
}

const registerAfterCommit = ({ registry, log, ...others }: Ports): Ports => {
  const pending: Parameters<typeof registry.expect>[] = []
  return {
    ...others,
    registry: {
      ...registry,
      expect: async (...given) => {
        pending.push(given)
      },
    },
    log: {
      ...log,
      append: async (ref, commit) => {
        const outcome = await log.append(ref, commit)
        for (const given of pending.splice(0)) await registry.expect(...given)
        return outcome
      },
    },
  }
}

type HotPorts = Pick<Ports, 'hot' | 'register'>

const onHotObjects = (change: (own: HotPorts) => HotPorts): Mutant => ({
  ports: ({ hot, register, ...others }) => ({ ...others, ...change({ hot, register }) }),
})

/** Books first, and puts the object only of what it was the first to book. */
const bookBeforePut = ({ quarantineParts: { writer, register }, ...others }: Ports): Ports => {
  const pending = new Map<string, Parameters<typeof writer.put>[0]>()
  const quarantine = makeQuarantine({
    writer: {
      put: async (object) => {
        pending.set(object.key, object)
        return 'stored'
      },
    },
    register: {
      book: async (unit) => {
        const outcome = await register.book(unit)
        const object = pending.get(quarantineKey(unit.dataset, unit.name))
        if (outcome === 'booked' && object !== undefined) await writer.put(object)
        return outcome
      },
    },
  })
  return { ...others, quarantine, quarantineParts: { writer, register } }
}

/** Breaks of what happens between a producer and a commit. */
export const AGEING: Mutants = {
  'messages are acknowledged whether or not their records are committed': {
    functions: ({ ageRecords, ...others }) => ({
      ...others,
      ageRecords: async (messages) => {
        const outcome = await ageRecords(messages)
        return { ...outcome, done: new Set(messages.map(({ messageId }) => messageId)) }
      },
    }),
  },
  'a batch is acknowledged when one message of it is done': {
    functions: ({ ageRecords, ...others }) => ({
      ...others,
      ageRecords: async (messages) => {
        const outcome = await ageRecords(messages)
        const all = new Set(messages.map(({ messageId }) => messageId))
        return { ...outcome, done: outcome.done.size > 0 ? all : outcome.done }
      },
    }),
  },
  'what is malformed is not kept': {
    ports: (ports) => ({ ...ports, quarantine: { keep: async () => 'kept' } }),
  },
  'quarantine is booked before its object is put, and what is booked is not put': {
    ports: bookBeforePut,
  },
  'a segment is put after its commit': { ports: putAfterCommit },
  'a put damages what it stores and nobody sees it': {
    ports: ({ writer, ...others }) => ({
      ...others,
      writer: {
        put: async (object) => {
          const content = object.content.kind === 'memory' ? object.content.data : await object.content.read()
          const data = Uint8Array.from(content, (byte, at) => (at === 100 ? byte ^ 1 : byte))
          const sha256 = hash('sha256', data, 'base64')
          return writer.put({ ...object, content: { kind: 'memory', data }, sha256 })
        },
      },
    }),
  },
  'a segment has no index object': {
    ports: ({ writer, ...others }) => ({
      ...others,
      writer: { put: async (object) => (object.key.startsWith('index/') ? 'stored' : writer.put(object)) },
    }),
  },
  'a partition is put into before it is registered': {
    ports: ({ registry, ...others }) => ({
      ...others,
      registry: { ...registry, expect: async () => undefined },
    }),
  },
  'a partition is registered after its commit': { ports: registerAfterCommit },
  'a commit overwrites the one that has its id': {
    ports: ({ log, ...others }) => ({
      ...others,
      log: {
        ...log,
        append: async (ref, commit) => {
          if ((await log.append(ref, commit)) === 'committed') return 'committed'
          await log.remove(ref, commit)
          return log.append(ref, commit)
        },
      },
    }),
  },
  'a landing commit books its records twice': {
    ports: ({ log, ...others }) => ({
      ...others,
      log: {
        ...log,
        append: async (ref, commit) => {
          const { received } = commit.books
          const twice = { count: 2 * received.count, upper: 2n * received.upper, lower: 2n * received.lower }
          return log.append(ref, { ...commit, books: { ...commit.books, received: twice } })
        },
      },
    }),
  },
  'a hot object goes after its first chunk': onHotObjects(({ hot, register }) => ({
    hot,
    register: {
      ...register,
      put: async (object, progress, at) => {
        const outcome = await register.put(object, progress, at)
        await hot.remove(object)
        return outcome
      },
    },
  })),
  'a hot object goes in whatever version it is': onHotObjects(({ hot, register }) => ({
    register,
    hot: {
      ...hot,
      remove: async ({ key }) => {
        const current = await hot.find(key)
        return current === undefined ? 'gone' : hot.remove(current)
      },
    },
  })),
  'a hot object is archived once its first chunk is': onHotObjects(({ hot, register }) => ({
    hot,
    register: {
      ...register,
      put: (object, progress, at) => register.put(object, { ...progress, state: 'archived' }, at),
    },
  })),
  'an attempt at a hot object passes over the row behind what was archived': onHotObjects(
    ({ hot, register }) => ({
      hot,
      register: {
        ...register,
        put: (object, progress, at) => register.put(object, { ...progress, rows: progress.rows + 1 }, at),
      },
    }),
  ),
  'a chunk is written down as archived before it is': onHotObjects(({ hot, register }) => ({
    hot: {
      ...hot,
      stream: async (object, start) => {
        const rows = Number.MAX_SAFE_INTEGER
        const known = await register.find(object)
        await register.put(
          object,
          { state: 'under-way', chunks: 1, records: 0, quarantined: 0, keptInHot: 0, ...known, rows },
          0,
        )
        return hot.stream(object, start)
      },
    },
    register,
  })),
  'nobody looks for a hot object whose event was lost': {
    functions: (functions) => ({
      ...functions,
      remindOfHotObjects: async () => ({ reminded: 0 }),
    }),
  },
}
