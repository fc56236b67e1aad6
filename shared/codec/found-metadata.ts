import * as z from 'zod'
import { COMMIT_ID } from '../domain/commit.ts'
import { emptyDigest } from '../domain/digest.ts'
import type { FoundSegment } from '../domain/found-segment.ts'
import { digestSchema } from './digest-schema.ts'
import type { SegmentMetadata } from './segment-format.ts'

const inputsSchema = z.object({
  commit: z.string().regex(COMMIT_ID),
  replaces: z.array(z.string()),
  expired: digestSchema.default(emptyDigest),
  part: z.object({ run: z.string(), number: z.int(), last: z.boolean() }).nullable().default(null),
})

/** What a segment's metadata says of the commit that it was made for; undefined where it says none. */
export const commitInMetadata = ({
  inputs,
  books,
}: SegmentMetadata): Omit<FoundSegment, 'segment'> | undefined => {
  const parsed = inputsSchema.safeParse(inputs)
  if (!parsed.success) return undefined
  const { commit, replaces, expired, part } = parsed.data
  return { commit, replaces, part, books: { ...books, expired } }
}
