import { makeMemoryScratch } from '../../shared/adapters/memory/memory-scratch.ts'
import { ageObject } from '../../shared/use-cases/age-object.ts'
import { ageRecords } from '../../shared/use-cases/age-records.ts'
import { checkRehydrations } from '../../shared/use-cases/check-rehydrations.ts'
import { expireObjects } from '../../shared/use-cases/expire-objects.ts'
import { findRecord } from '../../shared/use-cases/find-record.ts'
import { finishRehydration } from '../../shared/use-cases/finish-rehydration.ts'
import { hydrateTask } from '../../shared/use-cases/hydrate-task.ts'
import { planRehydration } from '../../shared/use-cases/plan-rehydration.ts'
import { remindOfHotObjects } from '../../shared/use-cases/remind-of-hot-objects.ts'
import { requestRehydration } from '../../shared/use-cases/request-rehydration.ts'
import { resumeWaiters } from '../../shared/use-cases/resume-waiters.ts'
import { sealPartition } from '../../shared/use-cases/seal-partition.ts'
import { sweep } from '../../shared/use-cases/sweep.ts'
import { thawTask } from '../../shared/use-cases/thaw-task.ts'
import { trackStorage } from '../../shared/use-cases/track-storage.ts'
import type { Cloud } from './cloud.ts'
import type { Draw } from './draw.ts'
import type { WrapPort } from './faults.ts'
import type { Queue } from './queue.ts'
import { CONFIG } from './settings.ts'

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
  const queue = wrap(`${name} queue`, { send })
  return {
    send: async (bodies: readonly Body[]) => {
      for (const body of bodies) await queue.send([body])
    },
  }
}

/** All that the use cases need of the world, as one task sees it. */
export const portsFor = (cloud: Cloud, draw: Draw, skew: number, wrap: WrapPort) => {
  const { ports, queues, quarantine } = cloud
  return {
    config: CONFIG,
    metrics: silent,
    scratch: makeMemoryScratch(),
    now: () => cloud.now() + skew,
    random: draw.bytes,
    hasTime: () => true,
    // every batch of an object's rows is a chunk
    chunk: { items: 1, bytes: 1 },
    log: wrap('log', ports.log),
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
    quarantine: wrap('quarantine', quarantine),
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

export type Ports = ReturnType<typeof portsFor>

/** The use cases, put together as the handlers of the deployment do it. */
export const functionsOn = (ports: Ports) => ({
  ageRecords: ageRecords(ports),
  ageObject: ageObject(ports),
  seal: sealPartition(ports),
  sweep: sweep({ ...ports, resumeWaiters: resumeWaiters(ports) }),
  checkRehydrations: checkRehydrations(ports),
  remindOfHotObjects: remindOfHotObjects({ ...ports, lister: ports.hotLister }),
  expire: expireObjects(ports),
  track: trackStorage({ ...ports, resumeWaiters: resumeWaiters(ports) }),
  request: requestRehydration(ports),
  thaw: thawTask({ ...ports, plan: planRehydration(ports) }),
  hydrate: hydrateTask({ ...ports, finish: finishRehydration(ports) }),
  find: findRecord(ports),
})

export type Functions = ReturnType<typeof functionsOn>

/** A break of the protocol, put between the use cases and their ports or around them. */
export type Mutant = {
  readonly ports?: (ports: Ports) => Ports
  readonly functions?: (functions: Functions, ports: Ports) => Functions
}
