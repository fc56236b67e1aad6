import { parseSegmentKey } from '../../shared/domain/keys.ts'
import { makeSqsHandler } from '../../shared/runtime/sqs-handler.ts'
import type { QueueTelemetry } from '../../shared/runtime/telemetry.ts'
import { type ResumeDeps, resumeWaiters } from '../../shared/use-cases/resume-waiters.ts'
import { type TrackDeps, type Tracked, trackStorage } from '../../shared/use-cases/track-storage.ts'
import { type StorageEvent, storageEventSchema } from './event.ts'

const BUCKET = /^[a-z0-9.-]{3,63}$/

/** Of a forged event only what may be a name of S3 or of icecore is told: the rest may be anything. */
const named = (bucket: string, key: string) => ({
  bucket: BUCKET.test(bucket) ? bucket : 'not a bucket',
  key: parseSegmentKey(key) === undefined ? 'not a segment' : key,
})

/** Notes what S3 says of each segment that an event names, and wakes who waits for it. */
export const createHandler = (
  deps: Omit<TrackDeps, 'resumeWaiters'> &
    ResumeDeps & { readonly bucket: string; readonly telemetry: QueueTelemetry },
) => {
  const track = trackStorage({ ...deps, resumeWaiters: resumeWaiters(deps) })
  const { logger } = deps.telemetry

  const work = async ({ records }: StorageEvent): Promise<readonly (Tracked | 'not-our-bucket')[]> => {
    const outcomes: (Tracked | 'not-our-bucket')[] = []
    for (const { bucket, key, restoredAt } of records) {
      const outcome = bucket === deps.bucket ? await track(key, restoredAt) : 'not-our-bucket'
      if (outcome === 'not-our-bucket' || outcome === 'not-in-catalog' || outcome === 'gone')
        logger.warn('event about an object that is not in the archive', { outcome, ...named(bucket, key) })
      outcomes.push(outcome)
    }
    return outcomes
  }

  return makeSqsHandler({ telemetry: deps.telemetry, schema: storageEventSchema, work })
}
