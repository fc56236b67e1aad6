import { parseRange } from './byte-range.ts'
import { contentOf } from './content.ts'
import { type CopySource, MAX_COPY_BYTES, openSource } from './copy-object.ts'
import { type UploadTarget, uploadPart } from './multipart.ts'
import { meterRetrieval } from './read-object.ts'
import { invalidRequest } from './s3-error.ts'
import type { World } from './world.ts'

export type UploadPartCopyInput = UploadTarget & {
  readonly number: number
  readonly source: CopySource
  /** As a Range header */
  readonly sourceRange?: string | undefined
}

/** A part out of another object. The bytes pass through memory: a part of a copy is seldom large. */
export const uploadPartCopy = (world: World, input: UploadPartCopyInput) => {
  const { version, versionId } = openSource(world, input.source)
  const range = parseRange(input.sourceRange, version.size) ?? { start: 0, end: version.size }
  if (range.end - range.start > MAX_COPY_BYTES) {
    throw invalidRequest('The specified copy range is larger than the maximum allowable size: 5368709120')
  }
  meterRetrieval(world, version, range.end - range.start)
  const body = contentOf(world, version.pieces, range.start, range.end).bytes()
  return { part: uploadPart(world, { ...input, body }), sourceVersionId: versionId }
}
