import { describe, expect, test } from 'vitest'
import { DAY, HOUR, MINUTE } from '../../shared/domain/duration.ts'
import {
  ARCHIVE_CLASSES,
  RETRIEVAL_TIERS,
  type RetrievalTier,
  type StorageClass,
} from '../../shared/domain/storage-class.ts'
import { aQuestion } from '../crash-points/customer.ts'
import { all, EVERYTHING, thawing } from '../crash-points/scenarios/rehydrating.ts'
import { makeWorld } from '../crash-points/world.ts'
import { aRecord, NOON } from '../support/builders.ts'
import { coldWorld, holdingOf, REF, STANDARD_RESTORES } from '../support/cold-world.ts'
import { aWorld, type World } from '../support/rehydration-world.ts'

/**
 * Every answer that S3 has to RestoreObject, and to those who look at a restored copy, as a rehydration meets it.
 * docs/faults.md lists the rows. https://docs.aws.amazon.com/AmazonS3/latest/API/API_RestoreObject.html
 */

const PARTITION = REF.partition

const untilOf = async (world: World, key: string) =>
  (await world.ports.reader.head(key))?.restore?.readableUntil

/** RestoreObject of any class with any tier, as the bill has it. */
const restoresOf = (world: World): number =>
  ARCHIVE_CLASSES.flatMap((storageClass) =>
    RETRIEVAL_TIERS.map((tier) => world.metered(`s3.restore-request.${storageClass}.${tier}`)),
  ).reduce((sum, times) => sum + times)

/** The thaw task of one rehydration, with something that happens right before S3 is asked. */
const rightBefore = async (world: World, rehydrationId: string, happens: () => unknown) => {
  for (const plan of world.thawQueue.receive()) await world.run.thaw(plan)
  world.thawQueue.receive()
  const { ports } = world
  const run = world.on({
    ...ports,
    thawer: {
      thaw: async (...given) => {
        happens()
        return ports.thawer.thaw(...given)
      },
    },
  })
  return run.thaw({ rehydrationId, partition: PARTITION })
}

describe('a rehydration meets S3’s answers', () => {
  test('[R1] archived and not restored: S3 begins, once for all who need it, and they wait', async () => {
    const { world, segment } = await coldWorld()
    const first = await world.ask()
    expect(await world.drain()).toEqual(['planned', 'waiting'])
    const second = await world.ask()
    expect(await world.drain()).toEqual(['planned', 'waiting'])
    expect(restoresOf(world)).toBe(1)
    expect(await holdingOf(world, segment)).toMatchObject({ thaw: { tier: 'Standard', readableUntil: null } })
    for (const id of [first, second]) expect(await world.stateOf(id)).toMatchObject({ name: 'thawing' })
    await world.pass(4 * HOUR)
    for (const id of [first, second]) expect(await world.stateOf(id)).toMatchObject({ name: 'completed' })
    expect(restoresOf(world)).toBe(1)
  })

  test('[R2] already restored: its time is counted anew, which never shortens it for anybody', async () => {
    const { world, segment } = await coldWorld()
    await world.ask({ keepDays: 20 })
    await world.drain()
    await world.pass(4 * HOUR)
    const long = await untilOf(world, segment.key)
    const shorter = await world.ask({ keepDays: 2 })
    await world.drain()
    expect(await world.stateOf(shorter)).toMatchObject({ name: 'completed' })
    expect(await untilOf(world, segment.key)).toBe(long)
    expect(world.metered(STANDARD_RESTORES)).toBe(1)
    world.advance(10 * DAY)
    const longer = await world.ask({ keepDays: 25 })
    await world.drain()
    expect(await world.stateOf(longer)).toMatchObject({ name: 'completed' })
    expect(await untilOf(world, segment.key)).toBeGreaterThan((long ?? Number.POSITIVE_INFINITY) + 10 * DAY)
    // nothing is taken out of the archive again
    expect(world.metered('s3.restore-gb.GLACIER.Standard')).toBe(segment.bytes)
  })

  test('[R3] in progress: the thaw of whoever was faster serves it too', async () => {
    const { world, segment } = await coldWorld()
    const id = await world.ask()
    const restore = { bucket: 'archive', key: segment.key, tier: 'Standard', days: 3 }
    expect(await rightBefore(world, id, () => world.s3.restoreObject(restore))).toMatchObject({
      outcome: 'waiting',
      thaws: 0,
    })
    expect(world.metered(STANDARD_RESTORES)).toBe(1)
    await world.pass(4 * HOUR)
    expect(await world.stateOf(id)).toMatchObject({ name: 'completed' })
  })

  test('[R4] in progress, and asked for with a faster tier for as many days: S3 does it faster, once', async () => {
    const { world, segment } = await coldWorld()
    const patient = await world.ask({ tier: 'Bulk' })
    await world.drain()
    const hurried = await world.ask({ tier: null, readyBy: NOON + 6 * HOUR })
    await world.drain()
    for (let looks = 0; looks < 3; looks += 1) {
      world.advance(10 * MINUTE)
      await world.run.check()
      await world.drain()
    }
    expect(await holdingOf(world, segment)).toMatchObject({
      thaw: { tier: 'Bulk', raise: { to: 'Standard', state: 'raised' } },
    })
    // Bulk's, and the one that made it faster
    expect(world.metered(STANDARD_RESTORES)).toBe(1)
    expect(restoresOf(world)).toBe(2)
    // sooner than Bulk ever is
    await world.pass(4 * HOUR)
    for (const id of [patient, hurried]) expect(await world.stateOf(id)).toMatchObject({ name: 'completed' })
  })

  test('[R4] in progress, and asked for with a faster tier by nobody’s time: it is left as it is', async () => {
    const { world, segment } = await coldWorld()
    await world.ask({ tier: 'Bulk' })
    await world.drain()
    const unhurried = await world.ask({ tier: null, readyBy: NOON + 24 * HOUR })
    await world.drain()
    world.advance(10 * MINUTE)
    await world.run.check()
    await world.drain()
    expect(restoresOf(world)).toBe(1)
    const holding = await holdingOf(world, segment)
    expect(holding?.thaw).toMatchObject({ tier: 'Bulk' })
    expect(holding?.thaw?.raise ?? null).toBeNull()
    await world.pass(12 * HOUR)
    expect(await world.stateOf(unhurried)).toMatchObject({ name: 'completed' })
  })

  test('[R5] not in an archive class any more: it is read as it is', async () => {
    const world = aWorld()
    const { segment } = await world.land([aRecord()])
    const object = { bucket: 'archive', key: segment.key }
    const body = world.s3.getObject(object).content.bytes()
    world.makeCold(segment, 'GLACIER')
    const id = await world.ask()
    const warm = () => world.s3.putObject({ ...object, body, storageClass: 'STANDARD' })
    expect(await rightBefore(world, id, warm)).toMatchObject({ outcome: 'readable' })
    await world.drain()
    expect(await world.stateOf(id)).toMatchObject({ name: 'completed' })
    expect(world.metered(STANDARD_RESTORES)).toBe(0)
  })

  test('[R6] no capacity for Expedited: Standard is asked for, and it says so', async () => {
    const { world } = await coldWorld({ knobs: { expeditedAvailable: () => false } })
    const id = await world.ask({ tier: 'Expedited' })
    await world.drain()
    expect(world.metered(STANDARD_RESTORES)).toBe(1)
    expect((await world.ports.tasks.find(id, PARTITION))?.thawedAsStandard).toHaveLength(1)
    await world.pass(4 * HOUR)
    expect(await world.stateOf(id)).toMatchObject({ name: 'completed' })
  })

  test('[R7] Expedited is not offered for DEEP_ARCHIVE: Standard is asked for at once, and it says so', async () => {
    const world = aWorld()
    await world.land([aRecord()], { storageClass: 'DEEP_ARCHIVE' })
    const id = await world.ask({ tier: 'Expedited' })
    await world.drain()
    expect(world.metered('s3.restore-request.DEEP_ARCHIVE.Standard')).toBe(1)
    expect((await world.ports.tasks.find(id, PARTITION))?.thawedAsStandard).toHaveLength(1)
  })

  test('[R8] too many requests: the message comes again, and nothing is restored twice', async () => {
    const { world } = await coldWorld({ knobs: { restoreRequestsPerSecond: 1 } })
    await world.land([aRecord({ id: 'b' })], { storageClass: 'GLACIER' })
    const id = await world.ask()
    for (const plan of world.thawQueue.receive()) await world.run.thaw(plan)
    const [task] = world.thawQueue.receive()
    if (task === undefined) throw new Error('expected a task')
    await expect(world.run.thaw(task)).rejects.toThrow()
    expect(world.metered(STANDARD_RESTORES)).toBe(1)
    world.advance(1000)
    expect(await world.run.thaw(task)).toMatchObject({ outcome: 'waiting', thaws: 1 })
    expect(world.metered(STANDARD_RESTORES)).toBe(2)
    await world.pass(4 * HOUR)
    expect(await world.stateOf(id)).toMatchObject({ name: 'completed', summary: { records: { count: 2 } } })
  })

  test('[R9] read before it is ready: nothing is delivered, and it waits again', async () => {
    const { world } = await coldWorld()
    const id = await world.ask()
    await world.drain()
    expect(await world.run.hydrate({ rehydrationId: id, partition: PARTITION })).toEqual({ outcome: 'cold' })
    expect(world.files()).toEqual([])
    expect(await world.drain()).toEqual(['waiting'])
    expect(world.metered(STANDARD_RESTORES)).toBe(1)
    await world.pass(4 * HOUR)
    expect(await world.stateOf(id)).toMatchObject({ name: 'completed' })
  })

  test('[R10] HEAD says in progress, readable until a time, or neither: it waits, reads, or asks', async () => {
    const { world, segment } = await coldWorld()
    await world.ask()
    await world.drain()
    expect((await world.ports.reader.head(segment.key))?.restore).toMatchObject({ ongoing: true })
    expect(await world.run.resume(REF)).toMatchObject({ waiting: 1 })
    world.advance(4 * HOUR)
    expect((await world.ports.reader.head(segment.key))?.restore).toMatchObject({ ongoing: false })
    expect(await world.run.resume(REF)).toMatchObject({ hydrating: 1 })
    world.advance(10 * DAY)
    expect((await world.ports.reader.head(segment.key))?.restore).toBeNull()
    expect(await world.run.resume(REF)).toMatchObject({ thawing: 1 })
    // the class stays what it is all the while
    expect(await world.ports.reader.head(segment.key)).toMatchObject({ storageClass: 'GLACIER' })
  })

  test('[R11] the list says so too: the sweep goes on with it where every event is lost', async () => {
    const world = makeWorld()
    world.mood.events = false
    const id = await thawing(aQuestion(all, EVERYTHING))(world)
    world.pass(6 * HOUR)
    await world.workOff()
    expect((await world.ports.rehydrations.find(id))?.state).toMatchObject({ name: 'hydrating' })
    await world.tick()
    expect((await world.ports.rehydrations.find(id))?.state).toMatchObject({ name: 'completed' })
  })

  test('[R12] the copy stays until the midnight that S3 says, which is told as it was read', async () => {
    const { world, segment } = await coldWorld()
    const id = await world.ask({ keepDays: 2 })
    await world.drain()
    await world.pass(4 * HOUR)
    const until = await untilOf(world, segment.key)
    expect(until).toBe(Date.parse('2024-03-13T00:00:00Z'))
    expect((await world.ports.rehydrations.find(id))?.terms.keptUntil).toBe(until)
  })

  test('[R13] the copy is gone again before it is read: it is thawed once more', async () => {
    const { world } = await coldWorld()
    const id = await world.ask()
    await world.drain()
    world.advance(10 * DAY)
    expect(await world.run.hydrate({ rehydrationId: id, partition: PARTITION })).toEqual({ outcome: 'cold' })
    expect(await world.drain()).toEqual(['waiting'])
    expect(world.metered(STANDARD_RESTORES)).toBe(2)
    await world.pass(4 * HOUR)
    expect(await world.stateOf(id)).toMatchObject({ name: 'completed' })
  })

  test.each(['STANDARD', 'STANDARD_IA', 'ONEZONE_IA', 'GLACIER_IR'] as const)(
    '[R14] %s needs no restore, and none is asked for',
    async (storageClass) => {
      const world = aWorld()
      const { segment } = await world.land([aRecord()], { storageClass })
      const id = await world.ask()
      expect(await world.drain()).not.toContain('waiting')
      expect(await world.stateOf(id)).toMatchObject({ name: 'completed', summary: { records: { count: 1 } } })
      expect(await world.waiters()).toEqual([])
      expect(restoresOf(world)).toBe(0)
      expect(await world.ports.reader.head(segment.key)).toMatchObject({ storageClass, restore: null })
    },
  )

  test.each([
    ['GLACIER', 'Expedited', MINUTE, 5 * MINUTE],
    ['GLACIER', 'Standard', 3 * HOUR, 5 * HOUR],
    ['GLACIER', 'Bulk', 5 * HOUR, 12 * HOUR],
    ['DEEP_ARCHIVE', 'Standard', 0, 12 * HOUR],
    ['DEEP_ARCHIVE', 'Bulk', 0, 48 * HOUR],
  ] as const)(
    '[R15] %s with %s is there within its time, and billed as that',
    async (storageClass: StorageClass, tier: RetrievalTier, shortest: number, longest: number) => {
      const world = aWorld()
      const { segment } = await world.land([aRecord()], { storageClass })
      const id = await world.ask({ tier })
      await world.drain()
      expect(world.metered(`s3.restore-request.${storageClass}.${tier}`)).toBe(1)
      expect(world.metered(`s3.restore-gb.${storageClass}.${tier}`)).toBe(segment.bytes)
      if (shortest > 0) {
        await world.pass(shortest - 1)
        expect(await world.stateOf(id)).toMatchObject({ name: 'thawing' })
      }
      await world.pass(longest - Math.max(0, shortest - 1))
      expect(await world.stateOf(id)).toMatchObject({ name: 'completed' })
      expect(await world.ports.thawHistory.read()).toMatchObject([{ storageClass, tier }])
    },
  )
})
