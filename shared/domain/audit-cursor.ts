/** How far a walk through all partitions has come. One pass after the other; a small archive's rests between them. */
export type Walk = {
  /** When this pass began, or is to begin. */
  readonly startedAt: number
  /** The last partition that it is done with; null at its beginning. */
  readonly after: string | null
  /** In the partition behind that, the last segment that it is done with. */
  readonly segment: string | null
  /** When the last whole pass began; before the first one is over, when that began. */
  readonly since: number
}

/** `lists`: bucket against catalog. `reads`: into the segments. */
export type AuditCursor = {
  readonly lists: Walk
  readonly reads: Walk
  /** Datasets that were seen: the catalog cannot be asked for those that configuration and bucket know no more. */
  readonly datasets: readonly string[]
}

const newWalk = (now: number): Walk => ({ startedAt: now, after: null, segment: null, since: now })

export const newCursor = (now: number): AuditCursor => ({
  lists: newWalk(now),
  reads: newWalk(now),
  datasets: [],
})

/** The partitions that a walk has before it in this pass, of all, which are in order. */
export const ahead = <Named extends { readonly name: string }>(
  partitions: readonly Named[],
  { after }: Walk,
): readonly Named[] => (after === null ? partitions : partitions.filter(({ name }) => name > after))

/** The walk once a partition is done. */
export const passed = (walk: Walk, name: string): Walk => ({ ...walk, after: name, segment: null })

/** The walk once nothing lies before it. The next pass begins `period` ms after this one did, or now where that took longer. */
export const passOver = ({ startedAt }: Walk, now: number, period: number): Walk => ({
  ...newWalk(Math.max(now, startedAt + period)),
  since: startedAt,
})

export const isResting = ({ startedAt }: Walk, now: number): boolean => startedAt > now
