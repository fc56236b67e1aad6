import * as z from 'zod'
import { ARCHIVED_WITHIN, BACK_WITHIN, canaryRecord, type OpenCanary } from '../domain/canary.ts'
import { nothingToRead } from '../domain/completeness.ts'
import type { Dataset } from '../domain/dataset.ts'
import { type Rehydration, type RehydrationRequest, withTier } from '../domain/rehydration.ts'
import type { CanaryMetrics } from '../ports/canary.ts'
import type { SegmentReader } from '../ports/segment-store.ts'
import { type FindDeps, findRecord } from './find-record.ts'
import { type RequestDeps, requestRehydration } from './request-rehydration.ts'

export type CheckCanaryDeps = FindDeps &
  RequestDeps & {
    /** Reads what was delivered. */
    readonly results: Pick<SegmentReader, 'head' | 'read'>
    readonly metrics: Pick<CanaryMetrics, 'canaryArchived' | 'canaryRehydrated'>
  }

/** What a look at one canary found. */
export type CanaryLook = {
  /** What is left to look for; null when it is over. */
  readonly canary: OpenCanary | null
  /** It should have come further by now. */
  readonly missing?: string
  /** It came, and otherwise than it should have. */
  readonly failed?: string
}

const manifestSchema = z.object({ files: z.array(z.object({ key: z.string() })) })

/** Follows a canary from the archive to where it is rehydrated to. */
export const checkCanary = (deps: CheckCanaryDeps, dataset: Dataset, destination: string) => {
  const { rehydrations, results, metrics, now } = deps
  const find = findRecord(deps)
  const request = requestRehydration(deps)

  const findInArchive = async (hour: number) => {
    const { id, time } = canaryRecord(dataset, hour)
    // with a time one partition is searched, and so it is never too broad an answer, which has no records
    return { records: [], completeness: nothingToRead, ...(await find(dataset.name, { id, time })) }
  }

  const ask = async (hour: number): Promise<string> => {
    const { id, time } = canaryRecord(dataset, hour)
    const wanted: RehydrationRequest = {
      dataset: dataset.name,
      selection: { kind: 'ids', ids: [{ id, time }], where: null, limit: null },
      ...withTier('Standard'),
      destination,
      format: 'ndjson',
      compression: 'none',
      columns: null,
      keepDays: null,
    }
    const asked = await request(wanted, { caller: 'canary', idempotencyKey: `canary ${hour}` })
    if (asked.kind === 'accepted' || asked.kind === 'repeated') return asked.rehydration.id
    throw new Error(`it cannot be rehydrated: ${asked.kind}`)
  }

  const readResult = async (key: string): Promise<string> => {
    const facts = await results.head(key)
    return facts === undefined ? '' : Buffer.from(await results.read(key, 0, facts.bytes)).toString('utf8')
  }

  const readDelivered = async (manifest: string): Promise<string> => {
    const { files } = manifestSchema.parse(JSON.parse(await readResult(manifest)))
    return (await Promise.all(files.map(({ key }) => readResult(key)))).join('')
  }

  const checkBack = async (canary: OpenCanary, { state, acceptedAt }: Rehydration): Promise<CanaryLook> => {
    if (state.name === 'failed') return { canary: null, failed: `its rehydration failed: ${state.reason}` }
    if (state.name === 'cancelled') return { canary: null, failed: 'its rehydration was cancelled' }
    if (state.name !== 'completed') {
      const isLate = now() - acceptedAt > BACK_WITHIN
      return isLate ? { canary, missing: `its rehydration is ${state.name}` } : { canary }
    }
    if ((await readDelivered(state.summary.manifest)) !== `${canaryRecord(dataset, canary.hour).body}\n`)
      return { canary: null, failed: 'what was delivered is not what was sent' }
    metrics.canaryRehydrated(state.completedAt - acceptedAt)
    return { canary: null }
  }

  const checkArchived = async (canary: OpenCanary): Promise<CanaryLook> => {
    const { hour, sentAt } = canary
    const { records } = await findInArchive(hour)
    const same = records.find(({ body }) => body === canaryRecord(dataset, hour).body)
    if (same === undefined) {
      if (records.length > 0) return { canary: null, failed: 'the archive has another body of it' }
      return now() - sentAt > ARCHIVED_WITHIN ? { canary, missing: 'it is not in the archive' } : { canary }
    }
    metrics.canaryArchived(Math.max(0, same.arrived - sentAt))
    return { canary: { ...canary, rehydrationId: await ask(hour) } }
  }

  return {
    findInArchive,
    check: async (canary: OpenCanary): Promise<CanaryLook> => {
      const { rehydrationId } = canary
      const rehydration = rehydrationId === null ? undefined : await rehydrations.find(rehydrationId)
      return rehydration === undefined ? checkArchived(canary) : checkBack(canary, rehydration)
    },
  }
}
