import { makeBill } from '../../../simulator/bill.ts'
import type { S3ModelOptions } from '../../../simulator/s3/make-world.ts'
import { makeMemoryS3Store } from '../../../simulator/s3/memory-store.ts'
import type { PutObjectInput } from '../../../simulator/s3/put-object.ts'
import { S3Error } from '../../../simulator/s3/s3-error.ts'
import { makeS3Model } from '../../../simulator/s3/s3-model.ts'
import type { Lifecycle, LifecycleRule } from '../../../simulator/s3/stored.ts'

export const HOUR = 3_600_000
export const DAY = 24 * HOUR
export const KB = 1024
export const MB = 1024 * KB

export const MONDAY_NOON = Date.parse('2026-03-02T12:00:00Z')
export const time = (text: string) => Date.parse(text)

/** A small generator with a seed (mulberry32). */
export const seeded = (seed: number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A model with one bucket, `ice`, that stands at noon on a Monday. */
export const anS3 = (options: Partial<S3ModelOptions> = {}) => {
  let now = MONDAY_NOON
  const bill = makeBill()
  const messages: { queueArn: string; body: string }[] = []
  const s3 = makeS3Model({
    now: () => now,
    store: makeMemoryS3Store(),
    meter: bill,
    random: seeded(1),
    notify: (queueArn, body) => {
      messages.push({ queueArn, body })
      return true
    },
    ...options,
  })
  s3.createBucket({ bucket: 'ice' })
  return {
    s3,
    bill,
    messages,
    now: () => now,
    /** The records of all messages so far. */
    records: () => messages.flatMap(({ body }) => JSON.parse(body).Records ?? []),
    advance: (ms: number) => {
      now += ms
      s3.runDue()
    },
    travelTo: (text: string) => {
      now = time(text)
      s3.runDue()
    },
    put: (key: string, input: Partial<PutObjectInput> = {}) =>
      s3.putObject({ bucket: 'ice', key, body: Buffer.from('snow'), ...input }),
    head: (key: string, versionId?: string) => s3.headObject({ bucket: 'ice', key, versionId }),
    read: (key: string) => s3.getObject({ bucket: 'ice', key }).content.bytes().toString(),
    quantity: (line: string) => {
      s3.meterStorage()
      return bill.snapshot()[line] ?? 0
    },
  }
}

/** The S3 error that `work` ends with, as `status code`. */
export const refusal = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    if (error instanceof S3Error) return `${error.status} ${error.code}`
    throw error
  }
  return 'no error'
}

export const aRule = (rule: Partial<LifecycleRule>): LifecycleRule => ({
  id: 'rule',
  enabled: true,
  filter: { prefix: '', tags: {} },
  transitions: [],
  noncurrentTransitions: [],
  ...rule,
})

export const lifecycleOf = (...rules: LifecycleRule[]): Lifecycle => ({
  rules,
  minimumSize: 'all_storage_classes_128K',
})
