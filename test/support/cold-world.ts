import type { Segment } from '../../shared/domain/segment.ts'
import { aRecord } from './builders.ts'
import { aWorld } from './rehydration-world.ts'

/** Where `aRecord` belongs. */
export const REF = { dataset: 'orders', partition: '2024-03-10' }

/** What the bill calls a restore that takes hours. */
export const STANDARD_RESTORES = 's3.restore-request.GLACIER.Standard'

/** A world with one record, in a segment that has to be thawed. */
export const coldWorld = async (options: Parameters<typeof aWorld>[0] = {}) => {
  const world = aWorld(options)
  const { segment, commit } = await world.land([aRecord()], { storageClass: 'GLACIER' })
  return { world, segment, commit }
}

export const holdingOf = async (world: ReturnType<typeof aWorld>, { id }: Segment) =>
  (await world.ports.log.read(REF)).holdings.get(id)
