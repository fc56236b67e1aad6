import { describe, expect, test } from 'vitest'
import { DAY, HOUR, MINUTE } from '../../shared/domain/duration.ts'
import { NO_GUARDS } from '../../shared/domain/guards.ts'
import type { RehydrationRequest } from '../../shared/domain/rehydration.ts'
import type { Segment } from '../../shared/domain/segment.ts'
import { tiersOf } from '../../shared/domain/storage-class.ts'
import { LONGEST_TO_CREATE } from '../../shared/domain/thaw-batch.ts'
import { aRecord, NOON } from '../support/builders.ts'
import { aWorld, type World, type WorldOptions } from '../support/rehydration-world.ts'
import { aRange } from '../support/selections.ts'

const BULK = 's3.restore-request.GLACIER.Bulk'
const DEEP_STANDARD = 's3.restore-request.DEEP_ARCHIVE.Standard'
const JOBS = 's3.batch-job'

/** A job of a minute. */
const JOB = MINUTE

const EVERYTHING: Partial<RehydrationRequest> = {
  selection: aRange(NOON - 20 * DAY, NOON + DAY),
  tiers: { GLACIER: 'Bulk', DEEP_ARCHIVE: 'Standard' },
  tier: null,
}

const TODAY: Partial<RehydrationRequest> = { selection: aRange(NOON - HOUR, NOON + HOUR) }

/** Three partitions with two segments in GLACIER and one in DEEP_ARCHIVE, and thaws by jobs where there is more than one. */
const aColdWorld = async (options: WorldOptions = {}) => {
  const world = aWorld({ batchThawsAbove: 1, ...options })
  const segments: Segment[] = []
  for (const [days, storageClass] of [
    [0, 'GLACIER'],
    [1, 'GLACIER'],
    [2, 'DEEP_ARCHIVE'],
  ] as const) {
    const time = NOON - days * DAY
    const { segment } = await world.land([aRecord({ id: `o-${days}`, time })], { storageClass })
    segments.push(segment)
  }
  return { world, segments }
}

const holdingOf = async ({ ports }: World, segment: Segment) =>
  (await ports.log.read(segment)).holdings.get(segment.id)
const restoreOf = async ({ ports }: World, { key }: Segment) => (await ports.reader.head(key))?.restore
const batchOf = async ({ ports }: World, id: string) => (await ports.rehydrations.find(id))?.terms.batch
const manifests = ({ s3 }: World) =>
  s3.listObjects({ bucket: 'archive', prefix: 'thaws/' }).objects.map(({ key }) => key)

/** The plan's message, taken from its queue. */
const planOf = (world: World) => {
  const [plan, ...more] = world.thawQueue.receive()
  if (plan === undefined || more.length > 0) throw new Error('expected one message')
  return plan
}

const dying = (what: string) => () => Promise.reject(new Error(`it dies ${what}`))

describe('a rehydration of more than is asked for one by one', () => {
  test('has a job for each tier ask for its thaws, and is delivered as any other', async () => {
    const { world, segments } = await aColdWorld()
    const id = await world.ask(EVERYTHING)
    expect(await world.drain()).toEqual(['planned', 'waiting', 'waiting', 'waiting'])
    expect(world.metered(JOBS)).toBe(2)
    expect(world.metered(BULK) + world.metered(DEEP_STANDARD)).toBe(0)
    expect(await batchOf(world, id)).toMatchObject({
      after: '2024-03-10',
      jobs: [
        { name: 'Bulk-1', tier: 'Bulk', segments: 2, days: 3, end: null },
        { name: 'Standard-1', tier: 'Standard', segments: 1, days: 3, end: null },
      ],
    })
    expect(await world.pass(JOB)).toEqual([])
    expect([world.metered(BULK), world.metered(DEEP_STANDARD)]).toEqual([2, 1])
    for (const segment of segments) {
      const holding = await holdingOf(world, segment)
      expect(holding).toMatchObject({ thaw: { requestedAt: world.now(), neededUntil: NOON + 6 * HOUR } })
      expect(holding?.asking).toBeUndefined()
    }
    expect(await world.pass(12 * HOUR)).toEqual(['delivered', 'delivered', 'delivered'])
    expect(await world.stateOf(id)).toMatchObject({ name: 'completed', summary: { files: 3 } })
    expect([world.metered(BULK), world.metered(DEEP_STANDARD)]).toEqual([2, 1])
  })

  test('lists its segments with their keys encoded, as S3 reads it', async () => {
    const { world } = await aColdWorld()
    const id = await world.ask(EVERYTHING)
    await world.drain()
    const [bulk = ''] = manifests(world)
    expect(bulk).toMatch(new RegExp(`^thaws/${id}/Bulk-1-[0-9a-f]{64}\\.csv$`))
    const text = world.s3.getObject({ bucket: 'archive', key: bulk }).content.bytes().toString()
    expect(text).toMatch(/^archive,landing\/dataset%3Dorders\/partition%3D2024-03-09\/\w{26}\.parquet\n/)
  })

  test.each([
    ['no more than may be', { batchThawsAbove: 3 }, EVERYTHING],
    ['any number, where no jobs are wanted', { batchThawsAbove: null }, EVERYTHING],
    [
      'what is wanted at once',
      { batchThawsAbove: 1 },
      { selection: aRange(NOON - 1.5 * DAY, NOON + DAY), tier: 'Expedited' },
    ],
  ] as const)('asks for %s one by one', async (_, options, asked) => {
    const { world } = await aColdWorld(options)
    await world.ask(asked)
    await world.drain()
    expect(world.metered(JOBS)).toBe(0)
    expect(manifests(world)).toEqual([])
    await world.pass(12 * HOUR)
    await world.pass(DAY)
    const [newest] = await world.ports.index.newest(1)
    expect(newest?.state.name).toBe('completed')
  })

  test('counts nothing that is thawed or being thawed', async () => {
    const { world } = await aColdWorld({ batchThawsAbove: 2 })
    await world.ask({ ...TODAY, tier: 'Bulk' })
    await world.drain()
    await world.ask(EVERYTHING)
    await world.drain()
    expect(world.metered(JOBS)).toBe(0)
  })

  test('says of DEEP_ARCHIVE that it comes as Standard, where Expedited was wanted', async () => {
    const world = aWorld({ batchThawsAbove: 0 })
    const { segment } = await world.land([aRecord()], { storageClass: 'DEEP_ARCHIVE' })
    const id = await world.ask({ tier: 'Expedited' })
    expect(await world.drain()).toEqual(['planned', 'waiting'])
    expect(world.metered(JOBS)).toBe(1)
    const task = await world.ports.tasks.find(id, segment.partition)
    expect(task).toMatchObject({
      thawedAsStandard: [segment.id],
      state: { name: 'thawing', readyBy: NOON + 12 * HOUR },
    })
  })

  test('asks one by one for what its job could not ask for, once that is over', async () => {
    const failing = { jobTaskFails: (key: string) => key.includes('2024-03-10') }
    const { world, segments } = await aColdWorld({ knobs: failing })
    const id = await world.ask(EVERYTHING)
    await world.drain()
    await world.pass(JOB)
    // until that is known it waits
    expect(await world.run.resume(segments[0] ?? { dataset: '', partition: '' })).toMatchObject({
      thawing: 1,
    })
    expect(await world.drain()).toEqual(['waiting'])
    expect(world.metered(BULK)).toBe(1)
    world.advance(HOUR)
    expect(await world.run.check()).toEqual({ sent: 1, failed: 0 })
    expect(await world.drain()).toEqual(['planned', 'waiting', 'waiting', 'waiting'])
    expect(world.metered(BULK)).toBe(2)
    expect(await batchOf(world, id)).toMatchObject({
      jobs: [
        { end: { requested: 1, failed: 1, reason: null } },
        { end: { requested: 1, failed: 0, reason: null } },
      ],
    })
    // what is over stays over
    world.advance(6 * HOUR)
    await world.run.check()
    await world.drain()
    await world.pass(6 * HOUR)
    expect(await world.stateOf(id)).toMatchObject({ name: 'completed' })
    expect([world.metered(JOBS), world.metered(BULK)]).toEqual([2, 2])
  })

  test('asks one by one for everything when S3 refuses the list', async () => {
    const { world } = await aColdWorld()
    const { ports } = world
    const id = await world.ask(EVERYTHING)
    const mistaken = world.on({ ...ports, manifests: { write: async () => 'no version of it' } })
    await world.drain(mistaken)
    await world.pass(JOB)
    world.advance(HOUR)
    await world.run.check()
    await world.drain()
    expect(await batchOf(world, id)).toMatchObject({ jobs: [{ end: { requested: 0 } }, { end: {} }] })
    expect([world.metered(BULK), world.metered(DEEP_STANDARD)]).toEqual([2, 1])
    await world.pass(12 * HOUR)
    expect(await world.stateOf(id)).toMatchObject({ name: 'completed' })
  })
})

describe('the decision for jobs', () => {
  /** Something that happens once, after its cold segments were counted and before that is written down. */
  const afterCounting = (world: World, happens: () => Promise<void>) => {
    const { log, rehydrations } = world.ports
    let [counted, happened] = [false, false]
    return world.on({
      ...world.ports,
      log: {
        ...log,
        read: async (ref) => {
          counted = true
          return log.read(ref)
        },
      },
      rehydrations: {
        ...rehydrations,
        find: async (id) => {
          if (counted && !happened) {
            happened = true
            await happens()
          }
          return rehydrations.find(id)
        },
      },
    })
  }

  test('is made once, by the first of two who plan at once', async () => {
    const { world } = await aColdWorld()
    const id = await world.ask(EVERYTHING)
    const plan = planOf(world)
    let first: unknown
    const second = afterCounting(world, async () => {
      await world.run.thaw(plan)
      first = await batchOf(world, id)
      world.advance(1)
    })
    await second.thaw(plan)
    expect(first).toMatchObject({ decidedAt: NOON, jobs: [{ segments: 2 }, { segments: 1 }] })
    expect(await batchOf(world, id)).toEqual(first)
    expect(world.metered(JOBS)).toBe(2)
    await world.drain()
    await world.pass(JOB)
    await world.pass(12 * HOUR)
    expect(await world.stateOf(id)).toMatchObject({ name: 'completed' })
    expect([world.metered(JOBS), world.metered(BULK), world.metered(DEEP_STANDARD)]).toEqual([2, 2, 1])
  })

  test('is none for a rehydration that is forgotten meanwhile: nothing is asked for', async () => {
    const { world } = await aColdWorld()
    const { rehydrations } = world.ports
    await world.ask(EVERYTHING)
    let gone = false
    const find = rehydrations.find.bind(rehydrations)
    Object.assign(rehydrations, { find: async (id: string) => (gone ? undefined : find(id)) })
    const slow = afterCounting(world, async () => {
      gone = true
    })
    await slow.thaw(planOf(world))
    expect(await world.drain()).toEqual(['unknown', 'unknown', 'unknown'])
    expect([world.metered(JOBS), world.metered(BULK), world.metered(DEEP_STANDARD)]).toEqual([0, 0, 0])
    expect(await world.waiters()).toEqual([])
  })
})

describe('thaws that jobs ask for', () => {
  test('are shared with others that need the segments', async () => {
    const { world } = await aColdWorld()
    const ids = [await world.ask(EVERYTHING), await world.ask({ tier: 'Bulk', keepDays: 9 })]
    await world.drain()
    expect(world.metered(BULK)).toBe(0)
    await world.pass(JOB)
    await world.pass(12 * HOUR)
    for (const id of ids) expect(await world.stateOf(id)).toMatchObject({ name: 'completed' })
    // once each by the job, and once more each for the nine days of the other
    expect(world.metered(BULK)).toBe(4)
  })

  test('are waited for by the jobs of another, which ask for the rest', async () => {
    const { world, segments } = await aColdWorld({ batchThawsAbove: 0 })
    const one = await world.ask({ ...TODAY, tier: 'Bulk' })
    await world.drain()
    const two = await world.ask(EVERYTHING)
    await world.drain()
    expect(await batchOf(world, one)).toMatchObject({ jobs: [{ segments: 1 }] })
    expect(await batchOf(world, two)).toMatchObject({ jobs: [{ segments: 1 }, { segments: 1 }] })
    expect(await holdingOf(world, segments[0] ?? aSegmentOfNone())).toMatchObject({
      asking: { job: { rehydrationId: one } },
    })
    await world.pass(JOB)
    await world.pass(12 * HOUR)
    expect(await world.stateOf(two)).toMatchObject({ name: 'completed' })
    expect(world.metered(BULK)).toBe(2)
  })

  test('never shorten a window: whoever wants a copy for longer waits until the job has asked', async () => {
    const { world, segments } = await aColdWorld()
    const [segment = aSegmentOfNone()] = segments
    await world.ask(EVERYTHING)
    await world.drain()
    const long = await world.ask({ tier: 'Standard', keepDays: 25 })
    await world.drain()
    expect(await restoreOf(world, segment)).toBeNull()
    await world.pass(JOB)
    await world.pass(12 * HOUR)
    expect((await restoreOf(world, segment))?.readableUntil).toBeGreaterThan(NOON + 25 * DAY)
    expect(await world.stateOf(long)).toMatchObject({ name: 'completed' })
  })

  test('are left to whoever asks by itself already', async () => {
    const { world, segments } = await aColdWorld({ batchThawsAbove: 0 })
    const [segment = aSegmentOfNone()] = segments
    const { ports } = world
    const one = await world.ask({ ...TODAY, tier: 'Standard', keepDays: 25 })
    const alone = world.on({ ...ports, config: { ...ports.config, batchThawsAbove: null } })
    await alone.thaw(planOf(world))
    const task = planOf(world)
    const two = await world.ask(EVERYTHING)
    const plan = planOf(world)
    // the second is planned between what the first has claimed and what it asks for
    const slow = world.on({
      ...ports,
      thawer: {
        ...ports.thawer,
        thaw: async (...given) => {
          await world.run.thaw(plan)
          world.advance(JOB)
          return ports.thawer.thaw(...given)
        },
      },
    })
    expect(await slow.thaw(task)).toMatchObject({ outcome: 'waiting', thaws: 1 })
    expect(await batchOf(world, two)).toMatchObject({ jobs: [{ segments: 1 }, { segments: 1 }] })
    await world.drain()
    await world.pass(12 * HOUR)
    expect((await restoreOf(world, segment))?.readableUntil).toBeGreaterThan(NOON + 25 * DAY)
    for (const id of [one, two]) expect(await world.stateOf(id)).toMatchObject({ name: 'completed' })
  })

  test('would shorten the windows of others if they were not claimed first', async () => {
    // all that a claim does is left out: the rest is as in the tests above
    const windowWith = async (isClaimed: boolean) => {
      const { world, segments } = await aColdWorld({ knobs: { jobPreparation: () => 6 * HOUR } })
      const [segment = aSegmentOfNone()] = segments
      const { ports } = world
      await world.ask(EVERYTHING)
      const careless = world.on({ ...ports, holdings: { put: async () => 'put' as const } })
      await (isClaimed ? world.run : careless).thaw(planOf(world))
      world.thawQueue.receive()
      await world.ask({ ...TODAY, tier: 'Expedited', keepDays: 25 })
      await world.drain()
      await world.pass(HOUR)
      await world.pass(6 * HOUR)
      await world.pass(12 * HOUR)
      return (await restoreOf(world, segment))?.readableUntil ?? 0
    }
    expect(await windowWith(false)).toBeLessThan(NOON + 5 * DAY)
    expect(await windowWith(true)).toBeGreaterThan(NOON + 25 * DAY)
  })

  test('are not claimed where somebody asks between what is read and what is written', async () => {
    const { world, segments } = await aColdWorld()
    const [segment = aSegmentOfNone()] = segments
    const { ports } = world
    const id = await world.ask(EVERYTHING)
    const plan = planOf(world)
    await world.ask({ tier: 'Standard', keepDays: 25 })
    let interrupted = false
    const slow = world.on({
      ...ports,
      holdings: {
        put: async (ref, holding, expected) => {
          if (!interrupted && holding.segmentId === segment.id) {
            interrupted = true
            await world.drain()
          }
          return ports.holdings.put(ref, holding, expected)
        },
      },
    })
    await slow.thaw(plan)
    expect(interrupted).toBe(true)
    expect(await batchOf(world, id)).toMatchObject({ jobs: [{ segments: 1 }, { segments: 1 }] })
    world.advance(JOB)
    expect(world.metered('s3.restore-request.GLACIER.Standard')).toBe(1)
    expect(world.metered(BULK)).toBe(1)
  })
})

describe('the price of a rehydration with jobs', () => {
  const priced = async (batchThawsAbove: number | null) => {
    const guards = { ...NO_GUARDS, approvalAboveUsd: 0 }
    const { world } = await aColdWorld({ batchThawsAbove, guards })
    const id = await world.ask(EVERYTHING)
    return (await world.ports.rehydrations.find(id))?.terms.price?.dollars ?? 0
  }

  test('has the jobs in it', async () => {
    const alone = await priced(null)
    expect(alone).toBeGreaterThan(0)
    expect(await priced(3)).toBe(alone)
    expect((await priced(2)) - alone).toBeCloseTo(2 * 0.25 + 3e-6, 9)
  })

  test('is none where it may cost no more than was promised: it is asked for one by one', async () => {
    const { world } = await aColdWorld()
    const id = await world.ask({ ...EVERYTHING, tier: 'Bulk', tiers: tiersOf('Bulk'), maxCostUsd: 5 })
    await world.drain()
    expect(await batchOf(world, id)).toBeUndefined()
    expect(world.metered(JOBS)).toBe(0)
  })
})

describe('planning jobs', () => {
  /** Whatever dies on the way, the next delivery of the plan's message makes it good. */
  const recover = async (
    die: (ports: World['ports'], world: World) => Partial<World['ports']>,
    later = 12 * MINUTE,
  ) => {
    const { world, segments } = await aColdWorld()
    const id = await world.ask(EVERYTHING)
    const plan = planOf(world)
    const dead = world.on({ ...world.ports, ...die(world.ports, world) })
    await expect(dead.thaw(plan)).rejects.toThrow('it dies')
    world.advance(later)
    await world.run.thaw(plan)
    await world.drain()
    return { world, id, segments }
  }

  test.each([
    [
      'before it has claimed all',
      ({ holdings }: World['ports']) => {
        let claims = 0
        return {
          holdings: {
            put: (...given: Parameters<typeof holdings.put>) => {
              claims += 1
              return claims > 1 ? dying('claiming')() : holdings.put(...given)
            },
          },
        }
      },
    ],
    ['before the list is written', () => ({ manifests: { write: dying('listing') } })],
    [
      'once the list is written',
      ({ manifests: { write } }: World['ports']) => ({
        manifests: {
          write: async (...given: Parameters<typeof write>) => {
            await write(...given)
            return dying('after listing')()
          },
        },
      }),
    ],
    [
      'before the job is made',
      ({ thawJobs }: World['ports']) => ({
        thawJobs: { ...thawJobs, create: dying('making') },
      }),
    ],
    [
      'once the job is made',
      ({ thawJobs }: World['ports']) => ({
        thawJobs: {
          ...thawJobs,
          create: async (...given: Parameters<typeof thawJobs.create>) => {
            await thawJobs.create(...given)
            return dying('after making')()
          },
        },
      }),
    ],
  ])('makes one job of what was planned when it dies %s', async (_, die) => {
    const { world, id } = await recover(die)
    expect(await batchOf(world, id)).toMatchObject({
      jobs: [
        { name: 'Bulk-1', segments: 2, end: null },
        { name: 'Standard-1', segments: 1, end: null },
      ],
    })
    await world.pass(JOB)
    await world.pass(12 * HOUR)
    expect(await world.stateOf(id)).toMatchObject({ name: 'completed' })
    expect([world.metered(JOBS), world.metered(BULK), world.metered(DEEP_STANDARD)]).toEqual([2, 2, 1])
  })

  test('goes on with what it decided, though by then less is cold', async () => {
    const { world, id } = await recover(({ holdings }, world) => ({
      holdings: {
        put: async (ref, holding, expected) => {
          await holdings.put(ref, holding, expected)
          for (const { key } of world.s3.listObjects({ bucket: 'archive', prefix: 'landing/' }).objects)
            if (key !== undefined && !key.includes('2024-03-08'))
              world.s3.restoreObject({ bucket: 'archive', key, days: 30, tier: 'Bulk' })
          return dying('claiming')()
        },
      },
    }))
    expect(await batchOf(world, id)).toMatchObject({ jobs: [{ name: 'Standard-1', segments: 1 }] })
  })

  test('claims anew what was claimed long ago, and takes no list for it that is as old', async () => {
    const { world, id, segments } = await recover(
      () => ({ manifests: { write: dying('listing') } }),
      3 * HOUR,
    )
    expect(await holdingOf(world, segments[0] ?? aSegmentOfNone())).toMatchObject({
      asking: { since: NOON + 3 * HOUR, job: { name: 'Bulk-1' } },
    })
    expect(await batchOf(world, id)).toMatchObject({
      jobs: [{ segments: 2, plannedAt: NOON + 3 * HOUR }, { segments: 1 }],
    })
  })

  test('makes no job of what was planned too long ago, and asks by itself a day later', async () => {
    const { world, id } = await recover(
      ({ thawJobs }) => ({ thawJobs: { ...thawJobs, create: dying('making') } }),
      LONGEST_TO_CREATE,
    )
    expect(await world.stateOf(id)).toMatchObject({ name: 'thawing' })
    expect(world.metered(JOBS)).toBe(0)
    await world.run.check()
    await world.drain()
    // S3 may have made it after all
    expect([world.metered(JOBS), world.metered(BULK)]).toEqual([0, 0])
    world.advance(DAY)
    await world.run.check()
    await world.drain()
    expect(await batchOf(world, id)).toMatchObject({
      jobs: [{ id: null, end: { requested: 0, reason: 'S3 was not asked for it in time' } }, {}],
    })
    expect([world.metered(JOBS), world.metered(BULK)]).toEqual([0, 2])
    await world.pass(12 * HOUR)
    expect(await world.stateOf(id)).toMatchObject({ name: 'completed' })
  })

  test('has a job made by the next check where the first that could was cut off', async () => {
    const { world } = await aColdWorld()
    const { ports } = world
    const id = await world.ask(EVERYTHING)
    await world.drain()
    const stored = await ports.rehydrations.find(id)
    const batch = stored?.terms.batch
    if (stored === undefined || batch === undefined) throw new Error('expected a batch')
    const unknown = { ...batch, jobs: batch.jobs.map((job) => ({ ...job, id: null })) }
    await ports.rehydrations.put({ ...stored, terms: { ...stored.terms, batch: unknown } }, stored)
    world.advance(HOUR)
    await world.run.check()
    await world.drain()
    expect(await batchOf(world, id)).toMatchObject({ jobs: [{ id: batch.jobs[0]?.id }, {}] })
    expect(world.metered(JOBS)).toBe(2)
  })

  /** One segment in each of twenty partitions. */
  const twenty = async () => {
    const world = aWorld({ batchThawsAbove: 0 })
    for (let days = 0; days < 20; days += 1)
      await world.land([aRecord({ id: `o-${days}`, time: NOON - days * DAY })], { storageClass: 'GLACIER' })
    const id = await world.ask({ ...EVERYTHING, selection: aRange(NOON - 30 * DAY, NOON + DAY) })
    return { world, id }
  }

  test('makes one job of all partitions while there is time', async () => {
    const { world, id } = await twenty()
    await world.drain()
    expect(await batchOf(world, id)).toMatchObject({ after: '2024-03-10', jobs: [{ segments: 20 }] })
  })

  test('goes on in another run when time runs out, with jobs of what is claimed', async () => {
    const { world, id } = await twenty()
    const hurried = world.on({ ...world.ports, hasTime: () => false })
    expect(await hurried.thaw(planOf(world))).toMatchObject({ outcome: 'planned' })
    expect(await world.stateOf(id)).toMatchObject({ name: 'accepted' })
    expect(await batchOf(world, id)).toMatchObject({ after: '2024-02-27', jobs: [{ segments: 8 }] })
    await hurried.thaw(planOf(world))
    await hurried.thaw(planOf(world))
    expect(await batchOf(world, id)).toMatchObject({
      after: '2024-03-10',
      jobs: [{ segments: 8 }, { segments: 8 }, { segments: 4 }],
    })
    await world.drain()
    await world.pass(JOB)
    await world.pass(12 * HOUR)
    expect(await world.stateOf(id)).toMatchObject({ name: 'completed' })
    expect([world.metered(JOBS), world.metered(BULK)]).toEqual([3, 20])
  })

  test.each([
    ['before it writes down its jobs', 'plan'],
    ['before it says that all is planned', 'finish'],
  ] as const)('leaves the rest to another attempt that has overtaken it %s', async (_, where) => {
    const { world } = await aColdWorld()
    const { ports } = world
    const id = await world.ask(EVERYTHING)
    const plan = planOf(world)
    let overtaken = false
    const overtake = async () => {
      if (overtaken) return
      overtaken = true
      await world.run.thaw(plan)
    }
    const slow = world.on({
      ...ports,
      manifests: {
        write: async (...given) => {
          if (where === 'plan') await overtake()
          return ports.manifests.write(...given)
        },
      },
      thawJobs: {
        ...ports.thawJobs,
        create: async (job) => {
          const made = await ports.thawJobs.create(job)
          if (where === 'finish') await overtake()
          return made
        },
      },
    })
    await slow.thaw(plan)
    await world.drain()
    expect((await batchOf(world, id))?.jobs).toHaveLength(2)
    expect(world.metered(JOBS)).toBe(2)
    await world.pass(JOB)
    await world.pass(12 * HOUR)
    expect(await world.stateOf(id)).toMatchObject({ name: 'completed' })
    expect([world.metered(BULK), world.metered(DEEP_STANDARD)]).toEqual([2, 1])
  })

  test('stops where another attempt is at it that is further', async () => {
    const { world } = await aColdWorld()
    const { ports } = world
    const id = await world.ask(EVERYTHING)
    const plan = planOf(world)
    const slow = world.on({
      ...ports,
      manifests: {
        write: async (...given) => {
          const stored = await ports.rehydrations.find(id)
          if (stored?.terms.batch?.after === null) {
            const batch = { ...stored.terms.batch, after: '2024-03-09' }
            await ports.rehydrations.put({ ...stored, terms: { ...stored.terms, batch } }, stored)
          }
          return ports.manifests.write(...given)
        },
      },
    })
    await slow.thaw(plan)
    expect(world.thawQueue.receive()).toEqual([])
    expect(await world.stateOf(id)).toMatchObject({ name: 'accepted' })
  })

  test('of a rehydration that is cancelled meanwhile makes nothing', async () => {
    const { world } = await aColdWorld()
    const { ports } = world
    const id = await world.ask(EVERYTHING)
    const plan = planOf(world)
    const slow = world.on({
      ...ports,
      manifests: {
        write: async (...given) => {
          await world.run.cancel(id)
          return ports.manifests.write(...given)
        },
      },
    })
    await slow.thaw(plan)
    await world.drain()
    expect(world.metered(JOBS)).toBe(0)
    expect(await ports.taskList.open(id, 10)).toEqual([])
    // what it has claimed is anybody's by now
    const other = await world.ask({ ...TODAY, tier: 'Bulk' })
    await world.drain()
    expect(world.metered(BULK)).toBe(1)
    await world.pass(12 * HOUR)
    expect(await world.stateOf(other)).toMatchObject({ name: 'completed' })
  })
})

describe('jobs of a rehydration that is gone', () => {
  /** Its item can be read so many times more. */
  const goneAfter = async (reads: number) => {
    const { world } = await aColdWorld()
    const { ports } = world
    await world.ask(EVERYTHING)
    let left = reads
    const rehydrations = {
      ...ports.rehydrations,
      find: async (id: string) => {
        left -= 1
        return left < 0 ? undefined : ports.rehydrations.find(id)
      },
    }
    await world.on({ ...ports, rehydrations }).thaw(planOf(world))
    return world
  }

  test('are not made', async () => {
    const world = await goneAfter(2)
    expect([world.metered(JOBS), manifests(world).length]).toEqual([0, 2])
  })

  test('are nobody’s to write down', async () => {
    const world = await goneAfter(3)
    expect(world.metered(JOBS)).toBe(2)
  })
})

describe('jobs of a rehydration that is over', () => {
  test('are cancelled with it, and what they had not asked for is anybody’s', async () => {
    const { world } = await aColdWorld()
    const id = await world.ask(EVERYTHING)
    await world.drain()
    await world.run.cancel(id)
    expect(await world.drain()).toEqual(['planned'])
    expect(await batchOf(world, id)).toMatchObject({
      jobs: [{ end: { requested: 0, reason: 'Cancelled' } }, { end: { reason: 'Cancelled' } }],
    })
    await world.pass(HOUR)
    expect(world.metered(BULK)).toBe(0)
    const other = await world.ask({ ...TODAY, tier: 'Bulk' })
    await world.drain()
    expect(world.metered(BULK)).toBe(1)
    await world.pass(12 * HOUR)
    expect(await world.stateOf(other)).toMatchObject({ name: 'completed' })
  })

  test('are looked at until they are over', async () => {
    const { world } = await aColdWorld()
    const { ports } = world
    const id = await world.ask(EVERYTHING)
    await world.drain()
    await world.run.cancel(id)
    world.thawQueue.receive()
    world.advance(2 * HOUR)
    await ports.taskList
      .open(id, 10)
      .then((open) => Promise.all(open.map((partition) => ports.taskList.close(id, partition))))
    await world.run.check()
    await world.drain()
    expect(await batchOf(world, id)).toMatchObject({ jobs: [{ end: { requested: 2 } }, {}] })
    world.advance(2 * HOUR)
    await world.run.check()
    expect(world.thawQueue.receive()).toEqual([])
    expect(await ports.index.due(world.now() + 30 * DAY, 10)).toEqual([])
  })

  test('that S3 has forgotten are over, though not while they are new', async () => {
    const { world } = await aColdWorld()
    const { ports } = world
    const id = await world.ask(EVERYTHING)
    await world.drain()
    const forgetful = world.on({
      ...ports,
      thawJobs: { ...ports.thawJobs, find: async () => undefined },
    })
    world.advance(HOUR)
    await world.run.check()
    await world.drain(forgetful)
    expect(await batchOf(world, id)).toMatchObject({ jobs: [{ end: null }, { end: null }] })
    world.advance(DAY)
    await world.run.check()
    await world.drain(forgetful)
    expect(await batchOf(world, id)).toMatchObject({
      jobs: [{ end: { reason: 'S3 knows of no such job' } }, { end: { requested: 0, failed: 0 } }],
    })
  })
})

const aSegmentOfNone = (): never => {
  throw new Error('expected a segment')
}
