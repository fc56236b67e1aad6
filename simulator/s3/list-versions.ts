import { commonPrefixOf, isPast, keysOf, type ListScope, MAX_KEYS } from './list-objects.ts'
import { compareKeys } from './sorted-keys.ts'
import type { ObjectVersion, Upload } from './stored.ts'
import { versionsOf } from './versions.ts'
import { type BucketState, openBucket, type World } from './world.ts'

export type ListVersionsInput = ListScope & {
  readonly keyMarker?: string | undefined
  /** Goes on behind this version of `keyMarker`; without it, behind the key. */
  readonly versionIdMarker?: string | undefined
}

export type ListedVersions = {
  readonly versions: { readonly version: ObjectVersion; readonly isLatest: boolean }[]
  readonly commonPrefixes: string[]
  readonly next: { readonly keyMarker: string; readonly versionIdMarker: string | undefined } | undefined
}

/** All versions and delete markers, by key, newest first. */
export const listVersions = (world: World, input: ListVersionsInput): ListedVersions => {
  const state = openBucket(world, input.bucket)
  world.meter.add('s3.list', 1)
  const { prefix = '', delimiter = '', keyMarker = '', versionIdMarker } = input
  const maxKeys = Math.min(input.maxKeys ?? MAX_KEYS, MAX_KEYS)
  const versions: ListedVersions['versions'] = []
  const commonPrefixes: string[] = []
  let last: NonNullable<ListedVersions['next']> = { keyMarker, versionIdMarker: undefined }

  for (const { key, skip } of keysFrom(state, prefix, delimiter, keyMarker, versionIdMarker)) {
    if (!key.startsWith(prefix)) break
    const common = commonPrefixOf(key, prefix, delimiter)
    if (common !== undefined && common === commonPrefixes.at(-1)) continue
    const found = common === undefined ? versionsOf(state, key) : versionsOf(state, key).slice(0, 1)
    for (const [index, version] of found.entries()) {
      if (index < skip) continue
      if (versions.length + commonPrefixes.length >= maxKeys) {
        return { versions, commonPrefixes, next: maxKeys === 0 ? undefined : last }
      }
      if (common !== undefined) commonPrefixes.push(common)
      else versions.push({ version, isLatest: index === 0 })
      last = {
        keyMarker: common ?? key,
        versionIdMarker: common === undefined ? version.versionId : undefined,
      }
    }
  }
  return { versions, commonPrefixes, next: undefined }
}

function* keysFrom(
  state: BucketState,
  prefix: string,
  delimiter: string,
  keyMarker: string,
  versionIdMarker: string | undefined,
) {
  if (versionIdMarker !== undefined && keyMarker.startsWith(prefix)) {
    const skip = versionsOf(state, keyMarker).findIndex(({ versionId }) => versionId === versionIdMarker) + 1
    yield { key: keyMarker, skip }
  }
  for (const key of keysOf(state, prefix, isPast(keyMarker, delimiter))) yield { key, skip: 0 }
}

export type ListUploadsInput = {
  readonly bucket: string
  readonly prefix?: string | undefined
  readonly keyMarker?: string | undefined
  readonly uploadIdMarker?: string | undefined
  readonly maxUploads?: number | undefined
}

export type ListedUploads = { readonly uploads: Upload[]; readonly isTruncated: boolean }

/** Uploads under way, by key and then by the time that they began. */
export const listUploads = (world: World, input: ListUploadsInput): ListedUploads => {
  const state = openBucket(world, input.bucket)
  world.meter.add('s3.list', 1)
  const { prefix = '', keyMarker = '', uploadIdMarker } = input
  const maxUploads = Math.min(input.maxUploads ?? MAX_KEYS, MAX_KEYS)
  const all = [...state.uploads.values()]
    .map(({ upload }) => upload)
    .filter(({ key }) => key.startsWith(prefix) && compareKeys(key, keyMarker) >= 0)
    .sort((a, b) => compareKeys(a.key, b.key) || a.createdAt - b.createdAt)
  const markerIndex = all.findIndex(({ uploadId }) => uploadId === uploadIdMarker)
  const rest =
    uploadIdMarker === undefined
      ? all.filter(({ key }) => key !== keyMarker || key === '')
      : all.slice(markerIndex + 1)
  return { uploads: rest.slice(0, maxUploads), isTruncated: rest.length > maxUploads }
}
