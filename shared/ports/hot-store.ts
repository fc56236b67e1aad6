/** One version of a hot object. `version` is its version id, or its ETag where the bucket has no versions. */
export type HotObject = {
  readonly key: string
  readonly version: string
  readonly etag: string
  readonly bytes: number
}

/** The object changed or went away while it was read. */
export class HotObjectChanged extends Error {
  override readonly name = 'HotObjectChanged'
}

export type HotStore = {
  /** The current version of an object, or undefined when there is none. */
  find(key: string): Promise<HotObject | undefined>
  /** Its bytes from `start` on, as a stream. Throws HotObjectChanged when that version is gone. */
  stream(object: HotObject, start?: number): Promise<AsyncIterable<Uint8Array>>
  /** A byte range of it. Throws HotObjectChanged when that version is gone. */
  read(object: HotObject, start: number, end: number): Promise<Uint8Array>
  /** Deletes it only if it is still this version. */
  remove(object: HotObject): Promise<'removed' | 'changed' | 'gone'>
}

/** What was archived of one version of a hot object; written when all of its records are committed. */
export type HotObjectRegister = {
  find(object: HotObject): Promise<{ records: number; quarantined: number } | undefined>
  put(object: HotObject, done: { records: number; quarantined: number; at: number }): Promise<void>
}
