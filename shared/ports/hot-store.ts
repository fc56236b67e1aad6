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

/** How far one version of a hot object has been archived. */
export type HotObjectProgress = {
  /** `archived`: every one of its records is committed or in quarantine. */
  readonly state: 'under-way' | 'archived'
  /** Chunks, from the first on, that are committed whole. */
  readonly chunks: number
  /** The last row of these chunks; a later attempt begins behind it. */
  readonly rows: number
  readonly records: number
  readonly quarantined: number
  /** Rows too long to copy: they are only in the hot object, which therefore stays. */
  readonly keptInHot: number
  /** How often it was sent to be aged from its first row again, by hand. */
  readonly attempt?: number
}

export type HotObjectRegister = {
  find(object: HotObject): Promise<HotObjectProgress | undefined>
  /** `begun-anew`: a later attempt at it was begun meanwhile, which this one must not end; nothing was written. */
  put(object: HotObject, progress: HotObjectProgress, at: number): Promise<'put' | 'begun-anew'>
}

/** Why one version of a hot object is not sent to be aged again and again; another version of it is. */
export type SetAside = {
  readonly etag: string
  readonly reason: string
  readonly detail: string
  readonly at: number
  /** Null: until it is cleared. */
  readonly until: number | null
}

export type SetAsideRegister = {
  /** In the place of what may be there for the key. */
  setAside(key: string, mark: SetAside): Promise<void>
  findSetAside(key: string): Promise<SetAside | undefined>
  /** One that is not there is already cleared. */
  clearSetAside(key: string): Promise<void>
}

/** Puts what is to be aged into the hot bucket. */
export type HotDrop = {
  /** Over what may be there. */
  put(key: string, content: Uint8Array): Promise<void>
}
