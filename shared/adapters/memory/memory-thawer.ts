import type { S3Model } from '../../../simulator/s3/s3-model.ts'
import type { Thawer, ThawOutcome } from '../../ports/thawer.ts'
import { codeOf } from './s3-code.ts'

const OUTCOMES = new Map<string | undefined, ThawOutcome>([
  ['RestoreAlreadyInProgress', 'in-progress'],
  ['InvalidObjectState', 'not-archived'],
  ['GlacierExpeditedRetrievalNotAvailable', 'expedited-unavailable'],
  ['NoSuchKey', 'missing'],
])

/** RestoreObject on the simulated S3, in process. */
export const makeMemoryThawer = (s3: S3Model, bucket: string): Thawer => ({
  thaw: async (key, { tier, days }) => {
    try {
      const { status } = s3.restoreObject({ bucket, key, tier, days })
      return status === 200 ? 'already-readable' : 'requested'
    } catch (error) {
      const outcome = OUTCOMES.get(codeOf(error))
      if (outcome === undefined) throw error
      return outcome
    }
  },
})
