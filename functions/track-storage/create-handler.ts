import { makeSqsHandler } from '../../shared/runtime/sqs-handler.ts'
import type { QueueTelemetry } from '../../shared/runtime/telemetry.ts'
import { type ResumeDeps, resumeWaiters } from '../../shared/use-cases/resume-waiters.ts'
import { type TrackDeps, type Tracked, trackStorage } from '../../shared/use-cases/track-storage.ts'
import { type StorageEvent, storageEventSchema } from './event.ts'

/** Notes what S3 says of each segment that an event names, and wakes who waits for it. */
export const createHandler = (
  deps: Omit<TrackDeps, 'resumeWaiters'> &
    ResumeDeps & { readonly bucket: string; readonly telemetry: QueueTelemetry },
) => {
  const track = trackStorage({ ...deps, resumeWaiters: resumeWaiters(deps) })
  const { logger } = deps.telemetry

  const work = async ({ records }: StorageEvent): Promise<readonly (Tracked | 'not-our-bucket')[]> => {
    const outcomes: (Tracked | 'not-our-bucket')[] = []
    for (const { bucket, key, eventName } of records) {
      const outcome = bucket === deps.bucket ? await track(key) : 'not-our-bucket'
      if (outcome === 'not-our-bucket' || outcome === 'not-in-catalog' || outcome === 'gone')
        logger.warn('event about an object that is not in the archive', { outcome, bucket, key, eventName })
      outcomes.push(outcome)
    }
    return outcomes
  }

  return makeSqsHandler({ telemetry: deps.telemetry, schema: storageEventSchema, work })
}
