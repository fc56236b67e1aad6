import { placeOf, type ThawSample } from '../../domain/thaw-sample.ts'
import type { ThawHistory } from '../../ports/thaw-history.ts'

/** The history of thaws in memory, with as many places as in DynamoDB. */
export const makeMemoryThawHistory = (): ThawHistory => {
  const places = new Map<string, ThawSample>()
  return {
    note: async (thaw) => {
      const { storageClass, tier, size, took, at } = thaw
      const { share, place } = placeOf(thaw)
      places.set([storageClass, tier, size, share, place].join('#'), { storageClass, tier, size, took, at })
    },
    read: async () => [...places.values()],
  }
}
