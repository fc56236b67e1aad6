import type { Thawer } from '../../shared/ports/thawer.ts'
import type { S3Model } from '../../simulator/s3/s3-model.ts'
import { Violation } from './violation.ts'

/** Lets S3 do what is due, and looks whether what jobs asked for in it has shortened the time of another. */
export const watchJobs = (s3: S3Model, bucket: string, now: () => number) => {
  const windows = () =>
    s3
      .listObjects({ bucket, prefix: '' })
      .objects.map(({ key, restore }) => [key, restore?.expiresAt ?? 0] as const)
  return (runDue: () => void) => {
    const before = new Map(windows())
    runDue()
    for (const [key, until] of windows()) {
      const was = before.get(key) ?? 0
      if (until < was && was > now())
        throw new Violation('kept thaws', `a job made ${key} readable for less long`)
    }
  }
}

/** A thawer whose every thaw is looked at: S3 counts the days of a repeated one anew, which may shorten another's time. */
export const watchThaws = (s3: S3Model, bucket: string, { thaw }: Thawer): Thawer => {
  const readableUntil = (key: string) => s3.headObject({ bucket, key }).version.restore?.expiresAt ?? 0
  return {
    thaw: async (key, request) => {
      const before = readableUntil(key)
      const outcome = await thaw(key, request)
      if (readableUntil(key) < before) throw new Violation('kept thaws', `${key} is readable for less long`)
      return outcome
    },
  }
}
