import {
  InvalidObjectState,
  ObjectAlreadyInActiveTierError,
  RestoreObjectCommand,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import type { Thawer, ThawOutcome } from '../../ports/thawer.ts'
import { inBucket, isNotFound, type S3Bucket } from './s3-bucket.ts'

/** S3's error codes in the port's words. https://docs.aws.amazon.com/AmazonS3/latest/API/API_RestoreObject.html */
const outcomeOf = (error: unknown): ThawOutcome | undefined => {
  if (isNotFound(error)) return 'missing'
  if (error instanceof ObjectAlreadyInActiveTierError || error instanceof InvalidObjectState)
    return 'not-archived'
  if (!(error instanceof S3ServiceException)) return undefined
  switch (error.name) {
    case 'RestoreAlreadyInProgress':
      return 'in-progress'
    case 'GlacierExpeditedRetrievalNotAvailable':
      return 'expedited-unavailable'
    case 'InvalidObjectState':
    case 'ObjectAlreadyInActiveTierError':
      return 'not-archived'
    default:
      return undefined
  }
}

const ALREADY_RESTORED = 200

export const makeS3Thawer = (archive: S3Bucket): Thawer => ({
  thaw: async (key, { tier, days }) => {
    const command = new RestoreObjectCommand({
      ...inBucket(archive),
      Key: key,
      RestoreRequest: { Days: days, GlacierJobParameters: { Tier: tier } },
    })
    try {
      const { $metadata } = await archive.s3.send(command)
      return $metadata.httpStatusCode === ALREADY_RESTORED ? 'already-readable' : 'requested'
    } catch (error) {
      const outcome = outcomeOf(error)
      if (outcome === undefined) throw error
      return outcome
    }
  },
})
