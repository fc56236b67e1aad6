import { makeMemoryScratch } from '../../shared/adapters/memory/memory-scratch.ts'
import { makeQuarantine } from '../../shared/adapters/quarantine-store.ts'
import type { Cloud } from './cloud.ts'
import type { Queue } from './queue.ts'
import type { Scheduler } from './scheduler.ts'
import type { WrapPort } from './wrap-port.ts'

/** Every kind of call of a port that a history makes: each must meet each fault. */
export const PORTS = [
  'log.append',
  'log.read',
  'log.remove',
  'snapshots.read',
  'snapshots.write',
  'holdings.put',
  'waiters.put',
  'waiters.remove',
  'registry.expect',
  'registry.list',
  'registry.due',
  'registry.settle',
  'rehydrations.create',
  'rehydrations.find',
  'rehydrations.put',
  'tasks.add',
  'tasks.find',
  'tasks.put',
  'task list.all',
  'task list.open',
  'task list.close',
  'rehydration index.due',
  'rehydration index.settle',
  'writer.put',
  'reader.read',
  'reader.download',
  'reader.head',
  'lister.list',
  'tagger.tag',
  'remover.remove',
  'thawer.thaw',
  'hot store.find',
  'hot store.stream',
  'hot store.remove',
  'hot lister.list',
  'hot register.find',
  'hot register.put',
  'quarantine writer.put',
  'quarantine register.book',
  'delivery.find',
  'delivery.begin',
  'delivery.putWhole',
  'draft.write',
  'draft.close',
  'draft.put',
  'draft.discard',
  'objects queue.send',
  'seal queue.send',
  'expire queue.send',
  'thaw queue.send',
  'hydrate queue.send',
] as const

const silent = {
  aged: () => undefined,
  duplicatesDropped: () => undefined,
  quarantined: () => undefined,
  sealed: () => undefined,
  swept: () => undefined,
  rehydrationFinished: () => undefined,
}

/** Message by message: where one is refused, those before it are sent. */
const makeSender = <Body>({ name, send }: Queue<Body>, wrap: WrapPort) => {
  const queue = wrap(`${name} queue`, { send: async (body: Body) => send(body) })
  return {
    send: async (bodies: readonly Body[]) => {
      for (const body of bodies) await queue.send(body)
    },
  }
}

/** All that the use cases need of the world, as the task whose turn it is sees it. */
export const portsOn = (cloud: Cloud, scheduler: Scheduler, wrap: WrapPort) => {
  const { ports, queues, quarantine, config } = cloud
  const quarantineParts = {
    writer: wrap('quarantine writer', { put: ports.writer.put }),
    register: wrap('quarantine register', quarantine.register),
  }
  return {
    config,
    metrics: silent,
    scratch: makeMemoryScratch(),
    now: () => cloud.now() + scheduler.current().skew,
    random: (bytes: number) => scheduler.current().draw.bytes(bytes),
    hasTime: () => true,
    // an object of three rows is one of several chunks
    chunk: { items: 2, bytes: 2 ** 20 },
    log: wrap('log', ports.log),
    snapshots: wrap('snapshots', ports.snapshots),
    holdings: wrap('holdings', ports.holdings),
    waiters: wrap('waiters', ports.waiters),
    registry: wrap('registry', ports.registry),
    rehydrations: wrap('rehydrations', ports.rehydrations),
    tasks: wrap('tasks', ports.tasks),
    taskList: wrap('task list', ports.taskList),
    index: wrap('rehydration index', ports.index),
    writer: wrap('writer', ports.writer),
    reader: wrap('reader', ports.reader),
    lister: wrap('lister', ports.lister),
    tagger: wrap('tagger', ports.tagger),
    remover: wrap('remover', ports.remover),
    thawer: wrap('thawer', ports.thawer),
    hot: wrap('hot store', ports.hot),
    hotLister: wrap('hot lister', ports.hotLister),
    register: wrap('hot register', ports.register),
    quarantineParts,
    quarantine: makeQuarantine(quarantineParts),
    delivery: wrap('delivery', {
      ...ports.delivery,
      begin: async (...given: Parameters<typeof ports.delivery.begin>) =>
        wrap('draft', await ports.delivery.begin(...given)),
    }),
    objectsQueue: makeSender(queues.objects, wrap),
    sealQueue: makeSender(queues.seal, wrap),
    expireQueue: makeSender(queues.expire, wrap),
    thawQueue: makeSender(queues.thaw, wrap),
    hydrateQueue: makeSender(queues.hydrate, wrap),
  }
}

export type Ports = ReturnType<typeof portsOn>
