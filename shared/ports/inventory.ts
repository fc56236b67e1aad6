import type { ListedObject } from './segment-store.ts'

export type InventoriedObject = Pick<ListedObject, 'key' | 'bytes' | 'storageClass' | 'restore'>

/** What S3 writes down of a bucket too large to be listed, once a day. */
export type Inventory = {
  /**
   * The newest one that is whole: all objects that were put before `takenAt`, in no order, read as they are asked for.
   * Undefined when there is none.
   */
  latest(): Promise<{ readonly takenAt: number; objects(): AsyncIterable<InventoriedObject> } | undefined>
}
