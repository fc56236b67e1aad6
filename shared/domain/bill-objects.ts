import { DAY } from './duration.ts'
import type { Lines } from './meter.ts'
import { billableBytes, billsReads, classTerms } from './prices.ts'
import type { StorageClass } from './storage-class.ts'

/** What S3 bills for keeping objects of a size (bytes) in a class: `time` is that of all of them together, in ms. */
export const keepLines = (storageClass: StorageClass, size: number, time: number): Lines => {
  const { own, standard } = billableBytes(storageClass, size)
  return [
    [`s3.storage.${storageClass}`, own * time],
    ['s3.storage.STANDARD', standard * time],
  ]
}

/** What S3 bills for so many objects of a size (bytes) that leave a class after `stay` ms, and so before its minimum duration. */
export const earlyLines = (
  storageClass: StorageClass,
  size: number,
  { count, stay }: { readonly count: number; readonly stay: number },
): Lines => {
  const short = classTerms[storageClass].minDays * DAY - stay
  const { own } = billableBytes(storageClass, size)
  return short > 0 ? [[`s3.early-deletion.${storageClass}`, count * own * short]] : []
}

/** What S3 bills for reading so many bytes by so many GETs out of a class that is read at once. */
export const readLines = (storageClass: StorageClass, gets: number, bytes: number): Lines => [
  [`s3.get.${storageClass}`, gets],
  ...(billsReads(storageClass) ? [[`s3.retrieval-gb.${storageClass}`, bytes] as const] : []),
]
