import { SCHEDULES, type Workload } from '../../shared/domain/cost/workload.ts'
import { DAY, HOUR } from '../../shared/domain/duration.ts'

/** A million records of a KB a day, in messages of a hundred. */
export const aWorkload = (parts: Partial<Workload> = {}): Workload => ({
  recordsPerDay: 1e6,
  recordBytes: 1000,
  storedRatio: 0.3,
  gzipRatio: 0.33,
  classes: [
    { after: 0, storageClass: 'STANDARD' },
    { after: 30 * DAY, storageClass: 'GLACIER_IR' },
    { after: 180 * DAY, storageClass: 'DEEP_ARCHIVE' },
  ],
  retention: null,
  partition: 'day',
  seal: { after: HOUR, targetBytes: 128e6 },
  recordsPerMessage: 100,
  batchesPerDay: 10_000,
  partitionsPerBatch: 1,
  ...SCHEDULES,
  datasets: 1,
  ...parts,
})
