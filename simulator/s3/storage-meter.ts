import { billableBytes, classTerms } from '../../shared/domain/prices.ts'
import type { Meter } from '../model.ts'
import { DAY } from './lifecycle-plan.ts'
import type { ObjectVersion, Part, Upload } from './stored.ts'

/** What is billed by the time that it is kept: bytes, or tags. */
export type Level = readonly [line: string, amount: number]

export type StorageMeter = {
  /** From `at` on, which may lie in the past, so much more is kept. */
  begin(levels: readonly Level[], at: number): void
  end(levels: readonly Level[], at: number): void
  /** Hands what has accrued up to `now` to the meter. */
  settle(now: number): void
}

type Line = { amount: number; accrued: number }

/** Integrates amounts over time with work for each change only. Accounts from `start` on. */
export const makeStorageMeter = (meter: Meter, start: number): StorageMeter => {
  const lines = new Map<string, Line>()
  let settledAt = start

  const change = (levels: readonly Level[], sign: 1 | -1, at: number) => {
    for (const [name, amount] of levels) {
      const line = lines.get(name) ?? { amount: 0, accrued: 0 }
      lines.set(name, line)
      line.amount += sign * amount
      // The next settlement counts from `settledAt`; this makes it count from `at`.
      line.accrued += sign * amount * (settledAt - at)
    }
  }

  return {
    begin: (levels, at) => change(levels, 1, at),
    end: (levels, at) => change(levels, -1, at),
    settle: (now) => {
      for (const [name, line] of lines) {
        const quantity = line.accrued + line.amount * (now - settledAt)
        if (quantity !== 0) meter.add(name, quantity)
        line.accrued = 0
        if (line.amount === 0) lines.delete(name)
      }
      settledAt = now
    },
  }
}

/** What a version costs to keep. https://aws.amazon.com/s3/pricing/, notes on minimum sizes and archive metadata */
export const levelsOf = ({ storageClass, size, deleteMarker, restore, tags }: ObjectVersion): Level[] => {
  if (deleteMarker) return []
  const { own, standard } = billableBytes(storageClass, size)
  const levels: Level[] = [[`s3.storage.${storageClass}`, own]]
  if (standard > 0) levels.push(['s3.storage.STANDARD', standard])
  if (restore?.expiresAt !== undefined) levels.push(['s3.storage.restored-copy', size])
  const tagCount = Object.keys(tags).length
  if (tagCount > 0) levels.push(['s3.storage.tags', tagCount])
  return levels
}

/** Parts are billed until the upload is completed or aborted: at STANDARD on their way to an archive class. */
export const levelsOfPart = (upload: Upload, part: Part): Level[] => [
  [`s3.storage.${stagingClass(upload)}`, part.piece.size],
]

/**
 * "For … S3 Glacier Flexible Retrieval or S3 Glacier Deep Archive … part storage is billed at S3 Standard storage
 * rates", and so are the requests before the completing one.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
 */
export const stagingClass = ({ storageClass }: Upload) =>
  storageClass === 'GLACIER' || storageClass === 'DEEP_ARCHIVE' ? 'STANDARD' : storageClass

/** "Objects deleted, overwritten or transitioned before the minimum" are charged for the rest of it. */
export const meterEarlyDeletion = (meter: Meter, version: ObjectVersion, at: number) => {
  if (version.deleteMarker) return
  const { storageClass, size, classSince } = version
  const left = classSince + classTerms[storageClass].minDays * DAY - at
  if (left > 0) {
    meter.add(`s3.early-deletion.${storageClass}`, billableBytes(storageClass, size).own * left)
  }
}
