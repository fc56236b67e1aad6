import { compareKeys } from './sorted-keys.ts'
import type { ObjectVersion } from './stored.ts'
import { versionsOf } from './versions.ts'
import { type BucketState, openBucket, type World } from './world.ts'

export type ListScope = {
  readonly bucket: string
  readonly prefix?: string | undefined
  readonly delimiter?: string | undefined
  /** 1,000 at most, and unless said */
  readonly maxKeys?: number | undefined
}

export type ListObjectsInput = ListScope & {
  /** Keys above it; a common prefix leaves out all that it stands for, unless `afterIsKey`. */
  readonly after?: string | undefined
  readonly afterIsKey?: boolean | undefined
}

export type ListedObjects = {
  readonly objects: ObjectVersion[]
  readonly commonPrefixes: string[]
  /** The `after` of the next page; missing on the last one. */
  readonly next: string | undefined
}

export const MAX_KEYS = 1000

const isBelow = (key: string, prefix: string, isAfter: (key: string) => boolean) =>
  isAfter(key) ? compareKeys(key, prefix) < 0 : true

/** Keys of the scope in order, from the first that `isAfter` accepts. */
export const keysOf = (state: BucketState, prefix: string, isAfter: (key: string) => boolean) =>
  state.keys.from((key) => isBelow(key, prefix, isAfter))

/** Past `after`, and where that is a common prefix past everything that begins with it. */
export const isPast = (after: string, delimiter: string) => {
  if (after === '') return () => true
  const isPrefix = delimiter !== '' && after.endsWith(delimiter)
  return (key: string) => compareKeys(key, after) > 0 && !(isPrefix && key.startsWith(after))
}

export const commonPrefixOf = (key: string, prefix: string, delimiter: string): string | undefined => {
  if (delimiter === '') return undefined
  const at = key.indexOf(delimiter, prefix.length)
  return at < 0 ? undefined : key.slice(0, at + delimiter.length)
}

const firstPage = (state: BucketState, input: ListObjectsInput): ListedObjects => {
  const { prefix = '', delimiter = '', after = '', afterIsKey = false } = input
  const maxKeys = Math.min(input.maxKeys ?? MAX_KEYS, MAX_KEYS)
  const objects: ObjectVersion[] = []
  const commonPrefixes: string[] = []
  let last = after
  const isFull = () => objects.length + commonPrefixes.length >= maxKeys

  // Each common prefix is met once: the walk starts again behind it.
  for (let restart = true, isFirst = true; restart && maxKeys > 0; isFirst = false) {
    restart = false
    for (const key of keysOf(state, prefix, isPast(last, isFirst && afterIsKey ? '' : delimiter))) {
      if (!key.startsWith(prefix)) break
      const [newest] = versionsOf(state, key)
      if (newest === undefined || newest.deleteMarker) continue
      if (isFull()) return { objects, commonPrefixes, next: last }
      const common = commonPrefixOf(key, prefix, delimiter)
      last = common ?? key
      if (common === undefined) {
        objects.push(newest)
      } else {
        commonPrefixes.push(common)
        restart = true
        break
      }
    }
  }
  return { objects, commonPrefixes, next: undefined }
}

/** Current objects in the order of their keys' bytes; strongly consistent with writes. */
export const listObjects = (world: World, input: ListObjectsInput): ListedObjects => {
  const state = openBucket(world, input.bucket)
  world.meter.add('s3.list', 1)
  return firstPage(state, input)
}
