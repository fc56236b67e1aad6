import type { WorkPlan } from './work-plan.ts'

/** What is billed of functions. The simulator runs them on this machine and does not bill them: it is an estimate. */
export type ComputeLines = { readonly 'lambda.request': number; readonly 'lambda.gb-second': number }

const THAW_GB = 0.5
const HYDRATE_GB = 2
/** Of one invocation of a warm function, and of one partition or event in it. */
const INVOCATION_SECONDS = 0.05
const LOOK_SECONDS = 0.1
const HYDRATE_SECONDS = 0.3
/** Bytes of a segment that are read, unpacked and written anew in a second. */
const BYTES_PER_SECOND = 25 * 2 ** 20
const BATCH = 10
/** S3 tells of a thaw that it has begun, that it is there and that it is gone. */
const EVENTS = 3

/** What the functions take that plan, thaw, track and hydrate. */
export const computeWork = ({ partitions, planning }: WorkPlan): ComputeLines => {
  const segments = partitions.flatMap((partition) => partition.segments)
  const events = EVENTS * segments.filter(({ readable }) => readable === 'cold').length
  const bytes = segments.reduce((sum, { reads }) => sum + reads.bytes, 0)
  const light = 2 + Math.ceil(partitions.length / BATCH) + events
  const looks = planning.names + partitions.length + events
  const thawing = light * INVOCATION_SECONDS + looks * LOOK_SECONDS
  const hydrating = partitions.length * HYDRATE_SECONDS + bytes / BYTES_PER_SECOND
  return {
    'lambda.request': light + partitions.length,
    'lambda.gb-second': THAW_GB * thawing + HYDRATE_GB * hydrating,
  }
}
