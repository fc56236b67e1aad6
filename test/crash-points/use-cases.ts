import { makeAuditReports } from '../../shared/adapters/audit-report-store.ts'
import {
  makeDeadLetterMarks,
  makeDeadLetterObjects,
  makeDeadLetters,
} from '../../shared/adapters/dead-letter-store.ts'
import {
  makeQuarantine,
  makeQuarantineMarks,
  makeQuarantineObjects,
} from '../../shared/adapters/quarantine-store.ts'
import type { Redrive } from '../../shared/ports/dead-letters.ts'
import type { RecordsQueue } from '../../shared/ports/queues.ts'
import { ageObject } from '../../shared/use-cases/age-object.ts'
import { ageRecords } from '../../shared/use-cases/age-records.ts'
import { approveRehydration } from '../../shared/use-cases/approve-rehydration.ts'
import { auditArchive } from '../../shared/use-cases/audit-archive.ts'
import { cancelRehydration } from '../../shared/use-cases/cancel-rehydration.ts'
import { checkRehydrations } from '../../shared/use-cases/check-rehydrations.ts'
import { describeRehydration } from '../../shared/use-cases/describe-rehydration.ts'
import { expireObjects } from '../../shared/use-cases/expire-objects.ts'
import { extendRehydration } from '../../shared/use-cases/extend-rehydration.ts'
import { findQuarantined } from '../../shared/use-cases/find-quarantined.ts'
import { findRecord } from '../../shared/use-cases/find-record.ts'
import { finishRehydration } from '../../shared/use-cases/finish-rehydration.ts'
import { hydrateTask } from '../../shared/use-cases/hydrate-task.ts'
import { keepDeadLetter } from '../../shared/use-cases/keep-dead-letter.ts'
import { listFiles } from '../../shared/use-cases/list-files.ts'
import { listQuarantine } from '../../shared/use-cases/list-quarantine.ts'
import { listRehydrations } from '../../shared/use-cases/list-rehydrations.ts'
import { listSegments } from '../../shared/use-cases/list-segments.ts'
import { planRehydration } from '../../shared/use-cases/plan-rehydration.ts'
import { quote } from '../../shared/use-cases/quote.ts'
import { readAnswer } from '../../shared/use-cases/read-answer.ts'
import { readLedger } from '../../shared/use-cases/read-ledger.ts'
import { rebuildCatalog } from '../../shared/use-cases/rebuild-catalog.ts'
import { reconcileBudgets } from '../../shared/use-cases/reconcile-budgets.ts'
import { remindOfHotObjects } from '../../shared/use-cases/remind-of-hot-objects.ts'
import { requestRehydration } from '../../shared/use-cases/request-rehydration.ts'
import { resumeWaiters } from '../../shared/use-cases/resume-waiters.ts'
import { retryDeadLetter } from '../../shared/use-cases/retry-dead-letter.ts'
import { retryUnit } from '../../shared/use-cases/retry-unit.ts'
import { sealPartition } from '../../shared/use-cases/seal-partition.ts'
import { sendCanary } from '../../shared/use-cases/send-canary.ts'
import { sweep } from '../../shared/use-cases/sweep.ts'
import { thawTask } from '../../shared/use-cases/thaw-task.ts'
import { readThawTimes } from '../../shared/use-cases/thaw-times.ts'
import { trackStorage } from '../../shared/use-cases/track-storage.ts'
import type { Cloud } from './cloud.ts'
import type { Process } from './faults.ts'
import { CONFIG } from './settings.ts'
import type { TaskQueue } from './task-queue.ts'

const silent = {
  aged: () => undefined,
  duplicatesDropped: () => undefined,
  quarantined: () => undefined,
  sealed: () => undefined,
  swept: () => undefined,
  rehydrationFinished: () => undefined,
  audited: () => undefined,
  canaryArchived: () => undefined,
  canaryRehydrated: () => undefined,
  canariesChecked: () => undefined,
}

/** Message by message, as a batch may be refused in part. */
const makeSender = <Body>({ name, send }: TaskQueue<Body>, { wrap }: Process) => {
  const queue = wrap(`${name} queue`, { send })
  return {
    send: async (bodies: readonly Body[]) => {
      for (const body of bodies) await queue.send([body])
    },
  }
}

/** As the records queue takes it: the dataset is an attribute of the message. */
const makeRecordsSender = ({ queues }: Cloud, process: Process): RecordsQueue => {
  const { send } = makeSender(queues.records, process)
  return {
    send: (messages) =>
      send(messages.map(({ body, dataset }) => ({ text: body, dataset: dataset ?? undefined }))),
  }
}

const makeRedrive = ({ queues }: Cloud, process: Process): Redrive => {
  const objects = makeSender(queues.objects, process)
  return { send: ({ body }) => objects.send([JSON.parse(body)]) }
}

/** Each port of the cloud as a process sees it. */
const wrapAll = <Ports extends Readonly<Record<string, object>>>(ports: Ports, { wrap }: Process): Ports =>
  new Proxy(ports, {
    get: (target, name, receiver) => {
      const port: unknown = Reflect.get(target, name, receiver)
      return typeof port === 'object' && port !== null ? wrap(String(name), port) : port
    },
  })

const portsFor = (cloud: Cloud, process: Process) => {
  const ports = wrapAll(cloud.ports, process)
  const { writer, quarantineRegister, quarantineBooks } = ports
  return {
    ...ports,
    quarantine: { ...makeQuarantine({ writer, register: quarantineRegister }), total: quarantineBooks.total },
    marks: makeQuarantineMarks({ writer, register: quarantineRegister }),
    objects: makeQuarantineObjects(ports),
    quarantineObjects: makeQuarantineObjects(ports),
    letterMarks: makeDeadLetterMarks({ writer }),
    redrive: makeRedrive(cloud, process),
    recordsQueue: makeRecordsSender(cloud, process),
    letters: { ...makeDeadLetters(ports), ...makeDeadLetterObjects(ports) },
    hotKeysOf: (body: string) => [String(JSON.parse(body).key)],
    reports: makeAuditReports(ports.documents),
    budget: {
      partitions: cloud.mood.auditedAtOnce,
      bytes: 10_000_000,
      segments: 100,
      compareEvery: 0,
      readEvery: 0,
    },
    config: {
      ...CONFIG,
      get batchThawsAbove() {
        return cloud.mood.batchThawsAbove
      },
    },
    metrics: silent,
    thawTimes: readThawTimes(ports.thawHistory, cloud.now),
    now: cloud.now,
    random: cloud.random,
    hasTime: () => {
      cloud.mood.batchesInTime -= 1
      return cloud.mood.batchesInTime >= 0
    },
    wait: async () => undefined,
    chunk: { items: 2, bytes: 1_000 },
    objectsQueue: makeSender(cloud.queues.objects, process),
    sealQueue: makeSender(cloud.queues.seal, process),
    expireQueue: makeSender(cloud.queues.expire, process),
    thawQueue: makeSender(cloud.queues.thaw, process),
    hydrateQueue: makeSender(cloud.queues.hydrate, process),
  }
}

/** The use cases in one process, by their names, put together as the handlers of the deployment do it. */
export const useCasesOn = (cloud: Cloud, process: Process) => {
  const ports = portsFor(cloud, process)
  const called = new Set<string>()
  const noted =
    <Given extends unknown[], Answer>(name: string, run: (...given: Given) => Answer) =>
    (...given: Given): Answer => {
      called.add(name)
      return run(...given)
    }
  const resume = noted('resumeWaiters', resumeWaiters(ports))
  const plan = noted('planRehydration', planRehydration(ports))
  const finish = noted('finishRehydration', finishRehydration(ports))
  const inQuarantine = { ...ports, index: ports.quarantineIndex }
  return {
    called: called as ReadonlySet<string>,
    use: {
      ageObject: noted('ageObject', ageObject(ports)),
      ageRecords: noted('ageRecords', ageRecords(ports)),
      approveRehydration: noted('approveRehydration', approveRehydration(ports)),
      auditArchive: noted('auditArchive', auditArchive(ports)),
      cancelRehydration: noted('cancelRehydration', cancelRehydration(ports)),
      checkRehydrations: noted('checkRehydrations', checkRehydrations(ports)),
      describeRehydration: noted('describeRehydration', describeRehydration(ports)),
      expireObjects: noted('expireObjects', expireObjects(ports)),
      extendRehydration: noted('extendRehydration', extendRehydration(ports)),
      findQuarantined: noted('findQuarantined', findQuarantined(inQuarantine)),
      findRecord: noted('findRecord', findRecord(ports)),
      finishRehydration: finish,
      hydrateTask: noted('hydrateTask', hydrateTask({ ...ports, finish })),
      keepDeadLetter: noted('keepDeadLetter', keepDeadLetter(ports)),
      listFiles: noted('listFiles', listFiles(ports)),
      listQuarantine: noted('listQuarantine', listQuarantine(inQuarantine)),
      listRehydrations: noted('listRehydrations', listRehydrations(ports)),
      listSegments: noted('listSegments', listSegments(ports)),
      planRehydration: plan,
      quote: noted('quote', quote(ports)),
      readAnswer: noted('readAnswer', readAnswer(ports)),
      readLedger: noted('readLedger', readLedger(ports)),
      rebuildCatalog: noted('rebuildCatalog', rebuildCatalog(ports)),
      reconcileBudgets: noted('reconcileBudgets', reconcileBudgets(ports)),
      remindOfHotObjects: noted(
        'remindOfHotObjects',
        remindOfHotObjects({ ...ports, lister: ports.hotLister }),
      ),
      requestRehydration: noted('requestRehydration', requestRehydration(ports)),
      resumeWaiters: resume,
      retryDeadLetter: noted('retryDeadLetter', retryDeadLetter(ports)),
      retryUnit: noted('retryUnit', retryUnit(inQuarantine)),
      sealPartition: noted('sealPartition', sealPartition(ports)),
      readThawTimes: noted('readThawTimes', readThawTimes(ports.thawHistory, cloud.now)),
      sendCanary: noted('sendCanary', sendCanary(ports)),
      sweep: noted('sweep', sweep({ ...ports, resumeWaiters: resume })),
      thawTask: noted('thawTask', thawTask({ ...ports, plan })),
      trackStorage: noted('trackStorage', trackStorage({ ...ports, resumeWaiters: resume })),
    },
  }
}

export type UseCases = ReturnType<typeof useCasesOn>['use']
