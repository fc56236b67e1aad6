import * as z from 'zod'
import { ageObject } from '../../shared/use-cases/age-object.ts'
import { ageRecords } from '../../shared/use-cases/age-records.ts'
import { auditArchive } from '../../shared/use-cases/audit-archive.ts'
import { cancelRehydration } from '../../shared/use-cases/cancel-rehydration.ts'
import { checkRehydrations } from '../../shared/use-cases/check-rehydrations.ts'
import { expireObjects } from '../../shared/use-cases/expire-objects.ts'
import { extendRehydration } from '../../shared/use-cases/extend-rehydration.ts'
import { findRecord } from '../../shared/use-cases/find-record.ts'
import { finishRehydration } from '../../shared/use-cases/finish-rehydration.ts'
import { hydrateTask } from '../../shared/use-cases/hydrate-task.ts'
import { keepDeadLetter } from '../../shared/use-cases/keep-dead-letter.ts'
import { planRehydration } from '../../shared/use-cases/plan-rehydration.ts'
import { rebuildCatalog } from '../../shared/use-cases/rebuild-catalog.ts'
import { reconcileBudgets } from '../../shared/use-cases/reconcile-budgets.ts'
import { remindOfHotObjects } from '../../shared/use-cases/remind-of-hot-objects.ts'
import { requestRehydration } from '../../shared/use-cases/request-rehydration.ts'
import { resumeWaiters } from '../../shared/use-cases/resume-waiters.ts'
import { retryDeadLetter } from '../../shared/use-cases/retry-dead-letter.ts'
import { retryUnit } from '../../shared/use-cases/retry-unit.ts'
import { sealPartition } from '../../shared/use-cases/seal-partition.ts'
import { sweep } from '../../shared/use-cases/sweep.ts'
import { thawTask } from '../../shared/use-cases/thaw-task.ts'
import { trackStorage } from '../../shared/use-cases/track-storage.ts'
import type { Ports } from './ports.ts'

const hotKeysOf = (body: string): readonly string[] => {
  const { key } = z.object({ key: z.string() }).parse(JSON.parse(body))
  return [key]
}

/** The use cases, put together as the handlers of the deployment do it. */
export const functionsOn = (ports: Ports) => ({
  ageRecords: ageRecords(ports),
  ageObject: ageObject(ports),
  seal: sealPartition(ports),
  sweep: sweep({ ...ports, resumeWaiters: resumeWaiters(ports) }),
  checkRehydrations: checkRehydrations(ports),
  reconcileBudgets: reconcileBudgets(ports),
  remindOfHotObjects: remindOfHotObjects({ ...ports, lister: ports.hotLister }),
  expire: expireObjects(ports),
  track: trackStorage({ ...ports, resumeWaiters: resumeWaiters(ports) }),
  request: requestRehydration(ports),
  extend: extendRehydration(ports),
  cancel: cancelRehydration(ports),
  thaw: thawTask({ ...ports, plan: planRehydration(ports) }),
  hydrate: hydrateTask({ ...ports, finish: finishRehydration(ports) }),
  find: findRecord(ports),
  audit: auditArchive(ports),
  keepDead: keepDeadLetter({ ...ports, hotKeysOf }),
  retryDead: retryDeadLetter({ ...ports, hotKeysOf }),
  retryUnit: retryUnit({
    ...ports,
    index: ports.quarantineIndex,
    objects: ports.quarantineObjects,
    marks: ports.quarantineMarks,
  }),
  rebuild: rebuildCatalog({ ...ports, quarantineRegister: ports.quarantineParts.register }),
})

export type Functions = ReturnType<typeof functionsOn>

/** A break of the protocol, put between the use cases and their ports or around them. */
export type Mutant = {
  readonly ports?: (ports: Ports) => Ports
  readonly functions?: (functions: Functions, ports: Ports) => Functions
}

/** Each with what it does, as a sentence. */
export type Mutants = Readonly<Record<string, Mutant>>

export const mutated = (ports: Ports, mutant: Mutant): Functions => {
  const broken = mutant.ports?.(ports) ?? ports
  const functions = functionsOn(broken)
  return mutant.functions?.(functions, broken) ?? functions
}
