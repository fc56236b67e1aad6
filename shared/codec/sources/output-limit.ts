import type { SourceLimits } from './source-item.ts'
import { DecompressionLimit } from './source-item.ts'

const MAX_OUTPUT = 256 * 1024 ** 3
const MAX_RATIO = 1000
const FREE_OUTPUT = 64 * 1024 * 1024

export type OutputLimits = Pick<SourceLimits, 'maxOutputBytes' | 'maxRatio'>

/** Counts what an object unpacks to, and throws once that is more than so many bytes of it may. */
export const makeOutputLimit = (
  what: string,
  { maxOutputBytes = MAX_OUTPUT, maxRatio = MAX_RATIO }: OutputLimits,
) => {
  let unpacked = 0
  return (bytes: number, ofBytes: number): void => {
    unpacked += bytes
    if (unpacked > maxOutputBytes)
      throw new DecompressionLimit(`${what}: expected at most ${maxOutputBytes} bytes when unpacked`)
    if (unpacked > FREE_OUTPUT && unpacked > ofBytes * maxRatio)
      throw new DecompressionLimit(`${what}: ${ofBytes} bytes unpack to more than ${maxRatio} times as much`)
  }
}
