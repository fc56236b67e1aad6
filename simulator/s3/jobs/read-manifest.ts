import { isArchiveClass } from '../../../shared/domain/storage-class.ts'
import { contentOf } from '../content.ts'
import type { ObjectVersion, Piece } from '../stored.ts'
import { versionsOf } from '../versions.ts'
import type { World } from '../world.ts'
import type { JobRequest } from './stored-job.ts'

export type ManifestLine = { readonly bucket: string; readonly key: string; readonly versionId: string }

/** Why a job cannot begin. */
export class ManifestRefused extends Error {
  override readonly name = 'ManifestRefused'
}

/** The version of the object that the job is to read. Its ETag must be the one that was named. */
export const findManifest = (world: World, { manifest }: JobRequest): ObjectVersion => {
  const { bucket, key, versionId, etag } = manifest
  const state = world.buckets.get(bucket)
  const versions = state === undefined ? [] : versionsOf(state, key)
  const version =
    versionId === undefined ? versions[0] : versions.find((candidate) => candidate.versionId === versionId)
  if (version === undefined || version.deleteMarker)
    throw new ManifestRefused(`the manifest ${bucket}/${key} does not exist`)
  // "The ETag for the specified manifest object": a manifest that was replaced is not the one that was meant
  if (version.etag !== etag)
    throw new ManifestRefused(`the manifest's ETag is ${version.etag}, and ${etag} was expected`)
  if (isArchiveClass(version.storageClass)) throw new ManifestRefused('the manifest is archived')
  return version
}

const unquote = (field: string): string => /^"(?<inner>.*)"$/.exec(field)?.groups?.inner ?? field

/** "Object keys must be URL-encoded": a plus is a space, as in a form. */
const decodeKey = (encoded: string): string | undefined => {
  try {
    return decodeURIComponent(encoded.replaceAll('+', '%20'))
  } catch (error) {
    if (error instanceof URIError) return undefined
    throw error
  }
}

/** Parses `bucket,key` or `bucket,key,versionId`, a line each, without a header. */
export const readManifest = (
  world: World,
  pieces: readonly Piece[],
  { manifest: { hasVersions } }: JobRequest,
): readonly ManifestLine[] => {
  const size = pieces.reduce((sum, piece) => sum + piece.size, 0)
  const text = contentOf(world, pieces, 0, size).bytes().toString('utf8')
  const rows = text.split(/\r?\n/)
  if (rows.at(-1) === '') rows.pop()
  if (rows.length === 0) throw new ManifestRefused('the manifest is empty')
  const lines = rows.map((row, index): ManifestLine => {
    const [bucket = '', encoded = '', versionId = '', ...more] = row.split(',').map(unquote)
    const key = decodeKey(encoded)
    const isWhole = bucket !== '' && key !== undefined && key !== '' && more.length === 0
    if (!isWhole || hasVersions !== (row.split(',').length === 3))
      throw new ManifestRefused(`line ${index + 1} of the manifest is not of the fields that it was to have`)
    return { bucket, key, versionId }
  })
  // "All the objects in the manifest must be in the same bucket"
  if (lines.some(({ bucket }) => bucket !== lines[0]?.bucket))
    throw new ManifestRefused('the manifest names more than one bucket')
  return lines
}
