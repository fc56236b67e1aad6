import { HOUR, MINUTE } from './duration.ts'
import { type ArchiveClass, offersTier, type RetrievalTier } from './storage-class.ts'
import { type ThawSample, type ThawSize, thawSizeOf } from './thaw-sample.ts'

/** How long S3 says that a thaw takes, in ms. Where it only says at most, that is all that is known: both are the same. */
type Range = { readonly shortest: number; readonly longest: number }

const within = (longest: number): Range => ({ shortest: longest, longest })

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects-retrieval-options.html */
const AWS: Readonly<Record<ArchiveClass, Readonly<Record<RetrievalTier, Range>>>> = {
  GLACIER: {
    Expedited: { shortest: MINUTE, longest: 5 * MINUTE },
    Standard: { shortest: 3 * HOUR, longest: 5 * HOUR },
    Bulk: { shortest: 5 * HOUR, longest: 12 * HOUR },
  },
  // Expedited is not offered for it: Standard is asked for in its place
  DEEP_ARCHIVE: { Expedited: within(12 * HOUR), Standard: within(12 * HOUR), Bulk: within(48 * HOUR) },
}

/** How long S3 says that a thaw takes at most, in ms. Expedited: up to 250 MB. */
export const longestThaw = (storageClass: ArchiveClass, tier: RetrievalTier): number =>
  AWS[storageClass][tier].longest

/** How long a thaw takes at least, in ms, by what S3 says; nothing where it only says at most. */
export const shortestThaw = (storageClass: ArchiveClass, tier: RetrievalTier): number => {
  const { shortest, longest } = AWS[storageClass][tier]
  return shortest === longest ? 0 : shortest
}

/** Segments of one class that are thawed with one tier at the same time. */
export type ThawsAtOnce = {
  readonly storageClass: ArchiveClass
  readonly tier: RetrievalTier
  /** Bytes of each segment. */
  readonly sizes: readonly number[]
}

/** In whole ms from the request until all are readable: in half of all cases, and in 95 of 100. */
export type ThawTime = { readonly p50: number; readonly p95: number }

/** How long it takes until the last of these segments is readable; nothing at all where there are none. */
export type ThawTimes = (thaws: ThawsAtOnce) => ThawTime

/** From so many samples on they are believed, and AWS's figures are not needed. */
export const ENOUGH_SAMPLES = 20

const P50 = 0.5
const P95 = 0.95

/** The time within which this share of thaws is over. */
type Quantile = (share: number) => number

const byAws =
  ({ shortest, longest }: Range): Quantile =>
  (share) =>
    share >= P95 ? longest : shortest + share * (longest - shortest)

/** What so few thaws cannot tell is the longest of them, or what S3 says where that is longer. */
const bySamples =
  (sorted: readonly number[], { longest }: Range): Quantile =>
  (share) => {
    const rank = Math.ceil(share * sorted.length)
    const took = Math.max(...sorted.slice(0, rank))
    return rank < sorted.length ? took : Math.max(took, longest)
  }

const sorted = (samples: readonly ThawSample[]): readonly number[] =>
  samples.map(({ took }) => took).toSorted((a, b) => a - b)

/**
 * How long thaws take, by those that were seen: of the class, tier and size, or of class and tier where of that size there are
 * not enough; by S3's figures where there are not enough of these either. Of many at once the last counts, as if each took its time by
 * itself: for those that are ready together that is too long rather than too short.
 */
export const thawTimes = (history: readonly ThawSample[]): ThawTimes => {
  const quantileOf = (storageClass: ArchiveClass, asked: RetrievalTier, size: ThawSize): Quantile => {
    const tier = offersTier(storageClass, asked) ? asked : 'Standard'
    const alike = history.filter((one) => one.storageClass === storageClass && one.tier === tier)
    const own = alike.filter((one) => one.size === size)
    const chosen = own.length >= ENOUGH_SAMPLES ? own : alike
    const range = AWS[storageClass][tier]
    return chosen.length >= ENOUGH_SAMPLES ? bySamples(sorted(chosen), range) : byAws(range)
  }
  const known = new Map<string, Quantile>()
  const remembered = (storageClass: ArchiveClass, tier: RetrievalTier, size: ThawSize): Quantile => {
    const name = `${storageClass}.${tier}.${size}`
    const quantile = known.get(name) ?? quantileOf(storageClass, tier, size)
    known.set(name, quantile)
    return quantile
  }
  return ({ storageClass, tier, sizes }) => {
    const kinds = [...new Set(sizes.map(thawSizeOf))].map((size) => remembered(storageClass, tier, size))
    // all are there once the slowest is: each has to be within a share whose power this is
    const allWithin = (share: number) =>
      kinds.reduce((time, quantile) => Math.max(time, quantile(share ** (1 / sizes.length))), 0)
    return { p50: Math.ceil(allWithin(P50)), p95: Math.ceil(allWithin(P95)) }
  }
}

/** What is assumed before anything was thawed. */
export const AWS_THAW_TIMES: ThawTimes = thawTimes([])
