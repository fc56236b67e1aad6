import type { PartitionWork, SegmentWork, WorkPlan } from '../../shared/domain/work-plan.ts'

export const segmentWork = (parts: Partial<SegmentWork> = {}): SegmentWork => {
  const { bytes = 1000 } = parts
  return {
    bytes,
    storageClass: 'STANDARD',
    readable: 'now',
    reads: { gets: 1, bytes },
    wanted: { bytes, records: 10, text: 5000 },
    ...parts,
  }
}

export const partitionWork = (
  segments: readonly SegmentWork[] = [segmentWork()],
  parts: Partial<PartitionWork> = {},
): PartitionWork => ({ segments, indexReads: 0, catalogUnits: 1, ids: 0, isExact: true, ...parts })

export const aWorkPlan = (
  partitions: readonly PartitionWork[] = [partitionWork()],
  parts: Partial<WorkPlan> = {},
): WorkPlan => ({
  partitions,
  pruned: { partitions: 0, segments: 0, rowGroups: 0 },
  planning: { names: partitions.length, catalogUnits: partitions.length, indexReads: 0 },
  requestBytes: 80,
  messagesAtOnce: null,
  limit: null,
  keepDays: null,
  ...parts,
})
