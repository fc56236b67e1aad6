/** What is looked after. Tests hold these lists to the template. */

/** How each function is set going. */
export const FUNCTIONS = {
  'age-records': 'queue',
  'age-objects': 'queue',
  'seal-segments': 'queue',
  'expire-segments': 'queue',
  'thaw-segments': 'queue',
  'track-storage': 'queue',
  'hydrate-records': 'queue',
  'keep-dead-letters': 'queue',
  'archive-api': 'callers',
  sweep: 'schedule',
  'audit-archive': 'schedule',
  'send-canary': 'schedule',
} as const

export type FunctionName = keyof typeof FUNCTIONS

export const functionNames: readonly FunctionName[] = Object.keys(FUNCTIONS).filter(
  (name): name is FunctionName => name in FUNCTIONS,
)

export type WatchedQueue = {
  readonly id: string
  readonly deadLettersId: string
  readonly name: string
  readonly worker: FunctionName
  /** A message that is older than this (s) waits for too long: a few times what its function may take. */
  readonly oldest: number
}

const HOUR = 3600

export const QUEUES: readonly WatchedQueue[] = [
  {
    id: 'RecordsQueue',
    deadLettersId: 'RecordsDeadLetters',
    name: 'records',
    worker: 'age-records',
    oldest: HOUR,
  },
  {
    id: 'ObjectsQueue',
    deadLettersId: 'ObjectsDeadLetters',
    name: 'objects',
    worker: 'age-objects',
    oldest: 4 * HOUR,
  },
  {
    id: 'SealQueue',
    deadLettersId: 'SealDeadLetters',
    name: 'seal',
    worker: 'seal-segments',
    oldest: 6 * HOUR,
  },
  {
    id: 'ExpireQueue',
    deadLettersId: 'ExpireDeadLetters',
    name: 'expire',
    worker: 'expire-segments',
    oldest: 12 * HOUR,
  },
  {
    id: 'ThawQueue',
    deadLettersId: 'ThawDeadLetters',
    name: 'thaw',
    worker: 'thaw-segments',
    oldest: HOUR,
  },
  {
    id: 'StorageEventsQueue',
    deadLettersId: 'StorageEventsDeadLetters',
    name: 'storage-events',
    worker: 'track-storage',
    oldest: HOUR,
  },
  {
    id: 'HydrateQueue',
    deadLettersId: 'HydrateDeadLetters',
    name: 'hydrate',
    worker: 'hydrate-records',
    oldest: 4 * HOUR,
  },
]
