import type { Digest } from './digest.ts'
import type { StorageClass } from './storage-class.ts'

/** Where a record belongs: one UTC time bucket of a dataset, such as `2018-02-07`. */
export type PartitionRef = { readonly dataset: string; readonly partition: string }

/** One immutable Parquet object of records of one partition, as the catalog knows it. */
export type Segment = PartitionRef & {
  /** A ULID, never used twice. */
  readonly id: string
  readonly kind: 'landing' | 'sealed'
  /** Key of the Parquet object in the archive bucket. */
  readonly key: string
  /** Key of its index object, which stays in STANDARD. */
  readonly indexKey: string
  /** Size of the index object, so that one read brings it whole. */
  readonly indexBytes: number
  readonly bytes: number
  /** SHA-256 of the object's bytes, base64 as S3 gives it. */
  readonly sha256: string
  /** Digest of the records in it. */
  readonly records: Digest
  /** Sum of the body sizes in bytes, before compression. */
  readonly bodyBytes: number
  readonly minTime: number
  readonly maxTime: number
  readonly minId: string
  readonly maxId: string
  readonly createdAt: number
  /** The class that it was put in. Where it is now is its holding's word. */
  readonly storageClass: StorageClass
}
