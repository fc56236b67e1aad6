import { billableBytes } from '../shared/domain/prices.ts'
import type { StorageClass } from '../shared/domain/storage-class.ts'
import { type Invoice, makeBill } from '../simulator/bill.ts'

/** Records that were moved to one class at one time. */
export type StoredRecords = {
  readonly count: number
  /** Sum of their bodies. */
  readonly bytes: number
  readonly storageClass: StorageClass
  /** How long they are in STANDARD first, and then in the class, in ms. */
  readonly inStandard: number
  readonly inClass: number
}

/** Records that are brought back: one restore and one GET for each. */
export type RestoredRecords = {
  readonly count: number
  readonly bytes: number
  readonly storageClass: StorageClass
  /** `null` for a class that is read without restoring. */
  readonly tier: 'Standard' | 'Bulk' | null
}

/**
 * What the same records cost as one S3 object each, moved by lifecycle, over the same time and with the same reads: the bill
 * that this archive is an alternative to. The sizes are means, which only flatters it: a body below 128 KB costs as one.
 */
export const invoiceForOneObjectPerRecord = (
  stored: readonly StoredRecords[],
  restored: readonly RestoredRecords[],
): Invoice => {
  const bill = makeBill()
  for (const { count, bytes, storageClass, inStandard, inClass } of stored) {
    bill.add('s3.put.STANDARD', count)
    bill.add('s3.storage.STANDARD', bytes * inStandard)
    if (storageClass === 'STANDARD') {
      bill.add('s3.storage.STANDARD', bytes * inClass)
      continue
    }
    const { own, standard } = billableBytes(storageClass, bytes / count)
    bill.add(`s3.transition.${storageClass}`, count)
    bill.add(`s3.storage.${storageClass}`, count * own * inClass)
    bill.add('s3.storage.STANDARD', count * standard * inClass)
  }
  for (const { count, bytes, storageClass, tier } of restored) {
    bill.add(`s3.get.${storageClass}`, count)
    if (tier === null) {
      bill.add(`s3.retrieval-gb.${storageClass}`, bytes)
      continue
    }
    bill.add(`s3.restore-request.${storageClass}.${tier}`, count)
    bill.add(`s3.restore-gb.${storageClass}.${tier}`, bytes)
  }
  return bill.invoice()
}
