import {
  type CanaryPlan,
  canaryRecord,
  expiredHour,
  GIVEN_UP_AFTER,
  hourOf,
  NO_CANARY,
  openCanary,
} from '../domain/canary.ts'
import { isComplete } from '../domain/completeness.ts'
import type { CanaryMetrics, CanaryRegister } from '../ports/canary.ts'
import type { RecordsQueue } from '../ports/queues.ts'
import { type CanaryLook, type CheckCanaryDeps, checkCanary } from './check-canary.ts'

export type SendCanaryDeps = CheckCanaryDeps & {
  readonly canaries: CanaryRegister
  readonly recordsQueue: RecordsQueue
  readonly metrics: CanaryMetrics
}

/** What is wrong with the canary of an hour. */
export type CanaryProblem = { readonly hour: number; readonly problem: string }

export type CanaryRun = {
  readonly outcome: 'off' | 'sent'
  readonly missing: readonly CanaryProblem[]
  readonly failed: readonly CanaryProblem[]
}

type Look = CanaryLook & { readonly hour: number }

const describe = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error)

const problemsOf = (looks: readonly Look[], kind: 'missing' | 'failed'): CanaryProblem[] =>
  looks.flatMap(({ hour, [kind]: problem }) => (problem === undefined ? [] : [{ hour, problem }]))

/**
 * Sends this hour's canary through the whole pipeline, and looks for the earlier ones: each must be in the archive, come back to
 * the byte from there, and be gone after its retention. All of it is made from the hour, so that two runs in an hour are one.
 */
export const sendCanary = (deps: SendCanaryDeps) => {
  const { config, canaries, recordsQueue, metrics, now } = deps

  const run = async (plan: CanaryPlan): Promise<CanaryRun> => {
    const dataset = config.datasets.get(plan.dataset)
    if (dataset === undefined) throw new Error(`the canary's dataset ${plan.dataset} is not declared`)
    const { check, findInArchive } = checkCanary(deps, dataset, plan.destination)
    const at = now()
    const looks: Look[] = []

    /** An error is a failure of this run; what is open is looked for again. */
    const look = async (hour: number, work: () => Promise<CanaryLook>, otherwise: CanaryLook) => {
      try {
        looks.push({ hour, ...(await work()) })
      } catch (error) {
        looks.push({ hour, ...otherwise, failed: describe(error) })
      }
    }

    // open before it is sent: one that cannot be sent is missed
    const state = openCanary((await canaries.read()) ?? NO_CANARY, at)
    await canaries.write(state)
    const nothing = { canary: null }
    const send = async () => {
      await recordsQueue.send([{ body: canaryRecord(dataset, hourOf(at)).body, dataset: dataset.name }])
      return nothing
    }
    await look(hourOf(at), send, nothing)
    for (const canary of state.open) await look(canary.hour, () => check(canary), { canary })
    if (dataset.retention !== null) {
      const old = expiredHour(dataset, dataset.retention, at)
      const isGone = async () => {
        const { records, completeness } = await findInArchive(old)
        if (records.length > 0) return { ...nothing, failed: 'it has not expired' }
        // in a cold class it is not found, and is there all the same
        return isComplete(completeness)
          ? nothing
          : { ...nothing, failed: 'what cannot be read and may hold it has not expired' }
      }
      await look(old, isGone, nothing)
    }
    const open = looks.flatMap(({ canary }) =>
      canary === null || at - canary.sentAt > GIVEN_UP_AFTER ? [] : [canary],
    )
    await canaries.write({ ...state, open })
    const [missing, failed] = [problemsOf(looks, 'missing'), problemsOf(looks, 'failed')]
    metrics.canariesChecked({ missing: missing.length, failed: failed.length })
    return { outcome: 'sent', missing, failed }
  }

  return async (): Promise<CanaryRun> =>
    config.canary === undefined ? { outcome: 'off', missing: [], failed: [] } : run(config.canary)
}
