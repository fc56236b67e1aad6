import type { ByteSource } from './byte-source.ts'

type Range = { readonly start: number; readonly end: number }

/**
 * Reads ranges of a source one after the other; those of up to `aheadBytes` each while the one before it is being worked on, so that
 * two are in memory. Whoever stops early waits for the read that is under way: the source may be closed then.
 * Errors: those of the source, each in its turn, after which nothing more is read.
 */
export async function* readRanges<Wanted extends Range>(
  source: ByteSource,
  ranges: readonly Wanted[],
  aheadBytes: number,
): AsyncGenerator<{ readonly range: Wanted; readonly bytes: Uint8Array }> {
  let ahead: Promise<PromiseSettledResult<Uint8Array>[]> | undefined
  try {
    for (const [at, range] of ranges.entries()) {
      const [early] = (await ahead) ?? []
      ahead = undefined
      if (early?.status === 'rejected') throw early.reason
      const bytes = early?.value ?? (await source.read(range.start, range.end))
      const next = ranges[at + 1]
      if (next !== undefined && next.end - next.start <= aheadBytes)
        ahead = Promise.allSettled([source.read(next.start, next.end)])
      yield { range, bytes }
    }
  } finally {
    await ahead
  }
}
