import type { JobTier } from '../domain/storage-class.ts'

/** One restore of each object that a manifest lists. */
export type NewThawJob = {
  /** At most 64 characters. */
  readonly token: string
  readonly description: string
  /** A CSV object of the archive bucket, `bucket,key` a line with the key URL-encoded, in the version that was written. */
  readonly manifest: { readonly key: string; readonly version: string }
  readonly tier: JobTier
  readonly days: number
  /** The folder, without its closing slash, that S3 writes what failed to. */
  readonly reportPrefix: string
}

/** `over`: it asks for nothing more. What it asked for is under way, not there. */
export type ThawJobProgress =
  | { readonly kind: 'running' }
  | {
      readonly kind: 'over'
      readonly requested: number
      readonly failed: number
      /** S3's word for it where the job itself failed; null where it came to its end. */
      readonly reason: string | null
    }

/** Lists of what a job is to thaw, in the archive bucket. */
export type ThawManifests = {
  /**
   * Writes the list of these objects under a key that stands for it, and gives back the version that is stored: the same one, however
   * often it is written.
   */
  write(key: string, objects: readonly string[]): Promise<string>
}

/** Jobs of S3 Batch Operations that ask for thaws. */
export type ThawJobs = {
  /** Makes a job, and gives back its id. The same job with the same token again is the one that is there already. */
  create(job: NewThawJob): Promise<string>
  /** How far it is; undefined when S3 knows none of that id, which is so 90 days after its end. */
  find(id: string): Promise<ThawJobProgress | undefined>
  /** Has it ask for nothing more. One that is over, or not there, stays as it is. */
  cancel(id: string): Promise<void>
}
