import type { SegmentSink } from '../codec/segment-sink.ts'
import type { StorageClass } from '../domain/storage-class.ts'

/** The archived object is in a class that cannot be read until it is thawed. */
export class SegmentIsCold extends Error {
  override readonly name = 'SegmentIsCold'
  readonly key: string
  constructor(key: string, options?: ErrorOptions) {
    super(`${key} is in a cold storage class and has no restored copy`, options)
    this.key = key
  }
}

/** There is no such object: its segment was replaced and swept, or lost. */
export class SegmentIsMissing extends Error {
  override readonly name = 'SegmentIsMissing'
  readonly key: string
  constructor(key: string, options?: ErrorOptions) {
    super(`${key} is not in the archive bucket`, options)
    this.key = key
  }
}

/** The object ends before the range that was asked for: it is not the one that was put, or not all of it. */
export class SegmentIsShort extends Error {
  override readonly name = 'SegmentIsShort'
  readonly key: string
  constructor(key: string, options?: ErrorOptions) {
    super(`${key} is shorter than it should be`, options)
    this.key = key
  }
}

/** The bytes of an object to be put: small ones at hand, large ones read from where they are when their turn comes. */
export type SegmentContent =
  | { readonly kind: 'memory'; readonly data: Uint8Array }
  | { readonly kind: 'file'; read(): Promise<Uint8Array> }

export type NewObject = {
  readonly key: string
  readonly content: SegmentContent
  readonly bytes: number
  /** SHA-256 of the content, base64; the store refuses other bytes. */
  readonly sha256: string
  readonly storageClass: StorageClass
  readonly contentType: string
}

export type ObjectFacts = {
  readonly key: string
  readonly bytes: number
  readonly sha256: string | null
  readonly storageClass: StorageClass
  /** Null: no restore asked for, or the copy is gone. */
  readonly restore: { readonly ongoing: boolean; readonly readableUntil: number | null } | null
}

/** Puts immutable objects into the archive bucket. */
export type SegmentWriter = {
  /**
   * Stores the content under a key that was never used. When the key exists with the same SHA-256, this is a repeat and
   * `already-stored`; with other bytes it throws. Returns only after the store confirmed the checksum.
   */
  put(object: NewObject): Promise<'stored' | 'already-stored'>
}

/** Reads objects of the archive bucket. */
export type SegmentReader = {
  /** Bytes from `start` up to, not including, `end`. Throws SegmentIsCold, SegmentIsMissing or SegmentIsShort. */
  read(key: string, start: number, end: number): Promise<Uint8Array>
  /** The whole object into a sink, which stays open, its SHA-256 checked. Throws SegmentIsCold or SegmentIsMissing. */
  download(key: string, sink: SegmentSink, sha256: string): Promise<void>
  /** What S3 says of it; undefined when it is not there. Works on cold objects too. */
  head(key: string): Promise<ObjectFacts | undefined>
}

export type ListedObject = {
  readonly key: string
  readonly bytes: number
  readonly storageClass: StorageClass
  readonly lastModified: number
  readonly etag: string
  readonly restore: ObjectFacts['restore']
}

export type SegmentLister = {
  /** Every object under a prefix, all pages, with its restore status. */
  list(prefix: string): AsyncIterable<ListedObject>
}

export type FolderLister = {
  /** The names, with their closing slash, of the folders right below a prefix that ends in one, in order, all pages. */
  folders(prefix: string): AsyncIterable<string>
}

export type ClassTagger = {
  /** Tags the object so that the bucket's lifecycle moves it to this class. Twice is the same as once. */
  tag(key: string, storageClass: StorageClass): Promise<void>
}

/** Only the expiry role implements this on AWS. */
export type SegmentRemover = {
  /** Removes an object; one that is not there is already removed. */
  remove(key: string): Promise<void>
}
