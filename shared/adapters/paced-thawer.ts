import pThrottle from 'p-throttle'
import type { Thawer } from '../ports/thawer.ts'

const SECOND = 1000

/**
 * Asks for no more than so many thaws within any second, however many are wanted at once; the others wait for their turn. S3 takes
 * some 1,000 of them a second from an account and refuses the rest.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects.html
 */
export const makePacedThawer = (thawer: Thawer, perSecond: number): Thawer => {
  const inTurn = pThrottle({ limit: perSecond, interval: SECOND, strict: true })
  return { ...thawer, thaw: inTurn((key, request) => thawer.thaw(key, request)) }
}
