/**
 * The digest of a set of records: how many there are, and the sums of the upper and of the lower 64 bits of each
 * record's MD5. It does not depend on order or on grouping, so the digests of parts add up to the digest of the whole,
 * however the parts were packed. Sums are exact, not modulo 2^64.
 */
export type Digest = {
  readonly count: number
  readonly upper: bigint
  readonly lower: bigint
}

export const emptyDigest: Digest = { count: 0, upper: 0n, lower: 0n }

export const addDigests = (...digests: readonly Digest[]): Digest =>
  digests.reduce(
    (sum, digest) => ({
      count: sum.count + digest.count,
      upper: sum.upper + digest.upper,
      lower: sum.lower + digest.lower,
    }),
    emptyDigest,
  )

/** What is in `whole` and not in `part`, given that `part` was taken from `whole`. */
export const subtractDigests = (whole: Digest, part: Digest): Digest => ({
  count: whole.count - part.count,
  upper: whole.upper - part.upper,
  lower: whole.lower - part.lower,
})

export const sameDigest = (a: Digest, b: Digest): boolean =>
  a.count === b.count && a.upper === b.upper && a.lower === b.lower

/** `count:upper:lower`, the sums in hex: for logs, metadata and answers. */
export const formatDigest = (digest: Digest): string =>
  `${digest.count}:${digest.upper.toString(16)}:${digest.lower.toString(16)}`

const DIGEST = /^(\d{1,15}):([0-9a-f]{1,40}):([0-9a-f]{1,40})$/

/** Reads what `formatDigest` wrote. Anything else is an error. */
export const parseDigest = (text: string): Digest => {
  const [, count, upper, lower] = DIGEST.exec(text) ?? []
  if (count === undefined || upper === undefined || lower === undefined)
    throw new Error(`digest: expected count:upper:lower, got ${JSON.stringify(text.slice(0, 100))}`)
  return { count: Number(count), upper: BigInt(`0x${upper}`), lower: BigInt(`0x${lower}`) }
}
