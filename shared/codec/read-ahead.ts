import type { ByteSource } from './byte-source.ts'
import { generateAhead } from './generate-ahead.ts'

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
  async function* read() {
    for (const [at, range] of ranges.entries())
      yield { range, next: ranges[at + 1], bytes: await source.read(range.start, range.end) }
  }
  const isShort = (next: Wanted | undefined) => next !== undefined && next.end - next.start <= aheadBytes
  for await (const { range, bytes } of generateAhead(read(), ({ next }) => isShort(next)))
    yield { range, bytes }
}
