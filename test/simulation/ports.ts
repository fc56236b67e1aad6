import { makeAuditReports } from '../../shared/adapters/audit-report-store.ts'
import {
  makeDeadLetterMarks,
  makeDeadLetterObjects,
  makeDeadLetters,
} from '../../shared/adapters/dead-letter-store.ts'
import { makeMemoryScratch } from '../../shared/adapters/memory/memory-scratch.ts'
import {
  makeQuarantine,
  makeQuarantineMarks,
  makeQuarantineObjects,
} from '../../shared/adapters/quarantine-store.ts'
import type { AuditReport, AuditReports } from '../../shared/ports/audit-reports.ts'
import type { DeadLetter } from '../../shared/ports/dead-letters.ts'
import type { RecordsMessage } from '../../shared/ports/queues.ts'
import { readThawTimes } from '../../shared/use-cases/thaw-times.ts'
import type { Cloud } from './cloud.ts'
import type { Queue } from './queue.ts'
import { sendAgain } from './queues.ts'
import type { Scheduler } from './scheduler.ts'
import type { WrapPort } from './wrap-port.ts'

/** Every kind of call of a port that a history makes: each must meet each fault. */
export const PORTS = [
  'log.append',
  'log.has',
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
  'thaw history.note',
  'thaw history.read',
  'tasks.add',
  'tasks.find',
  'tasks.put',
  'task list.all',
  'task list.open',
  'task list.close',
  'rehydration index.due',
  'rehydration checks.expect',
  'rehydration index.settle',
  'writer.put',
  'reader.read',
  'reader.download',
  'reader.head',
  'lister.list',
  'tagger.tag',
  'remover.remove',
  'thawer.thaw',
  'manifests.write',
  'thaw jobs.create',
  'thaw jobs.find',
  'hot store.find',
  'hot store.stream',
  'hot store.read',
  'hot store.remove',
  'hot lister.list',
  'hot register.find',
  'hot register.put',
  'quarantine writer.put',
  'quarantine register.book',
  'hot register.findSetAside',
  'hot register.setAside',
  'hot register.clearSetAside',
  'quarantine index.named',
  'quarantine reader.head',
  'quarantine reader.read',
  'quarantine lister.list',
  'letter writer.put',
  'letter reader.head',
  'letter reader.read',
  'redrive.send',
  'hot drop.put',
  'records queue.send',
  'folders.folders',
  'report documents.read',
  'report documents.write',
  'delivery.find',
  'delivery.begin',
  'delivery.putWhole',
  'replay.send',
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

/** Those that few histories come to: they fail more often where anything does. */
export const SELDOM: ReadonlySet<string> = new Set(
  PORTS.filter((port) =>
    /^(redrive|letter|hot drop|hot register.(clear|set)|quarantine (index|reader)|draft|delivery|replay|thawer|thaw history|thaw jobs|manifests|tagger|report)/.test(
      port,
    ),
  ),
)

const silent = {
  aged: () => undefined,
  duplicatesDropped: () => undefined,
  quarantined: () => undefined,
  sealed: () => undefined,
  swept: () => undefined,
  audited: () => undefined,
  rehydrationFinished: () => undefined,
}

const makeOne = <Body>({ name, send }: Queue<Body>, wrap: WrapPort) =>
  wrap(`${name} queue`, { send: async (body: Body) => send(body) })

/** Message by message: where one is refused, those before it are sent. */
const makeSender = <Body>(to: Queue<Body>, wrap: WrapPort) => {
  const queue = makeOne(to, wrap)
  return {
    send: async (bodies: readonly Body[]) => {
      for (const body of bodies) await queue.send(body)
    },
  }
}

/** What audits told is what they wrote down. */
const noteReports = (reports: AuditReports, told: AuditReport[]): AuditReports => ({
  ...reports,
  write: async (report) => {
    await reports.write(report)
    told.push(report)
  },
})

/** All that the use cases need of the world, as the task whose turn it is sees it. */
export const portsOn = (cloud: Cloud, scheduler: Scheduler, wrap: WrapPort) => {
  const { ports, queues, config } = cloud
  const quarantineParts = {
    writer: wrap('quarantine writer', { put: ports.writer.put }),
    register: wrap('quarantine register', ports.quarantineRegister),
  }
  const letterParts = {
    writer: wrap('letter writer', { put: ports.writer.put }),
    reader: wrap('letter reader', { ...ports.reader }),
    lister: wrap('letter lister', { list: ports.lister.list }),
  }
  const quarantine = {
    index: wrap('quarantine index', ports.quarantineIndex),
    objects: makeQuarantineObjects({
      reader: wrap('quarantine reader', { ...ports.reader }),
      lister: wrap('quarantine lister', { list: ports.lister.list }),
    }),
  }
  const records = makeOne(queues.records, wrap)
  const thawHistory = wrap('thaw history', ports.thawHistory)
  const now = () => cloud.now() + scheduler.current().skew
  return {
    config,
    metrics: silent,
    scratch: makeMemoryScratch(),
    now,
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
    checks: wrap('rehydration checks', ports.checks),
    notices: wrap('notices', { give: ports.notices.give }),
    budgets: wrap('budgets', ports.budgets),
    thawHistory,
    thawTimes: readThawTimes(thawHistory, now),
    quotes: wrap('quotes', ports.quotes),
    writer: wrap('writer', ports.writer),
    reader: wrap('reader', ports.reader),
    lister: wrap('lister', ports.lister),
    tagger: wrap('tagger', ports.tagger),
    remover: wrap('remover', ports.remover),
    thawer: wrap('thawer', ports.thawer),
    manifests: wrap('manifests', ports.manifests),
    thawJobs: wrap('thaw jobs', ports.thawJobs),
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
    replay: wrap('replay', ports.replay),
    wait: async () => undefined,
    objectsQueue: makeSender(queues.objects, wrap),
    sealQueue: makeSender(queues.seal, wrap),
    expireQueue: makeSender(queues.expire, wrap),
    thawQueue: makeSender(queues.thaw, wrap),
    hydrateQueue: makeSender(queues.hydrate, wrap),
    recordsQueue: {
      send: async (messages: readonly RecordsMessage[]) => {
        for (const { body, dataset } of messages)
          await records.send({ name: 'again', text: body, dataset: dataset ?? undefined })
      },
    },
    quarantineIndex: quarantine.index,
    quarantineObjects: quarantine.objects,
    quarantineMarks: makeQuarantineMarks(quarantineParts),
    letters: { ...makeDeadLetters(letterParts), ...makeDeadLetterObjects(letterParts) },
    letterMarks: makeDeadLetterMarks(letterParts),
    redrive: wrap('redrive', {
      send: async ({ queue, body }: DeadLetter) => sendAgain(queues, queue, body),
    }),
    notes: { find: async () => undefined },
    hotDrop: wrap('hot drop', ports.hotDrop),
    folders: wrap('folders', ports.folders),
    documents: wrap('documents', ports.documents),
    inventory: { latest: async () => undefined },
    reports: noteReports(makeAuditReports(wrap('report documents', { ...ports.documents })), cloud.reports),
    budget: { partitions: 100, bytes: 2 ** 30, segments: 1000, compareEvery: 0, readEvery: 0 },
  }
}

export type Ports = ReturnType<typeof portsOn>
