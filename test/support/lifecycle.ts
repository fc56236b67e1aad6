import type { StorageClass } from '../../shared/domain/storage-class.ts'

/** The archive bucket's rule for one class: what is tagged for it goes there at the next midnight. */
export const lifecycleTo = (storageClass: StorageClass) => ({
  id: `to-${storageClass}`,
  enabled: true,
  filter: { prefix: '', tags: { 'icecore-class': storageClass }, sizeGreaterThan: 0 },
  transitions: [{ when: { days: 0 }, storageClass }],
  noncurrentTransitions: [],
})
