import { expect, test } from 'vitest'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import type { HydrateTask, ThawTask } from '../../shared/ports/queues.ts'
import { aRecord, NOON } from '../support/builders.ts'
import { Crash, type CrashPoint, crashEverywhere, makeCrashPoint } from '../support/crashing.ts'
import { aRequest, aWorld, type World } from '../support/rehydration-world.ts'
import { aRange } from '../support/selections.ts'

const REFS = ['2024-03-09', '2024-03-10'].map((partition) => ({ dataset: 'orders', partition }))

const failing = ({ ports }: World, point: CrashPoint): World['ports'] => {
  const { delivery } = ports
  return {
    ...ports,
    rehydrations: point.wrap(ports.rehydrations),
    tasks: point.wrap(ports.tasks),
    taskList: point.wrap(ports.taskList),
    log: point.wrap(ports.log),
    holdings: point.wrap(ports.holdings),
    waiters: point.wrap(ports.waiters),
    registry: point.wrap(ports.registry),
    reader: point.wrap(ports.reader),
    thawer: point.wrap(ports.thawer),
    delivery: {
      ...point.wrap(delivery),
      begin: async (...given) => point.wrap(await delivery.begin(...given)),
    },
    thawQueue: { ...ports.thawQueue, ...point.wrap({ send: ports.thawQueue.send }) },
    hydrateQueue: { ...ports.hydrateQueue, ...point.wrap({ send: ports.hydrateQueue.send }) },
  }
}

/** What `work` throws if it is a crash; undefined if it ends well. Anything else passes. */
const crashOf = async (work: () => Promise<unknown>): Promise<Crash | undefined> => {
  try {
    await work()
    return undefined
  } catch (error) {
    if (error instanceof Crash) return error
    throw error
  }
}

type Message = { readonly thaw: ThawTask } | { readonly hydrate: HydrateTask }

/**
 * Works off the queues as SQS does: a message whose work fails comes again, after its visibility timeout. The first failure
 * ends the process; the next one is sound.
 */
const workOff = async (world: World, point: CrashPoint) => {
  let use = world.on(failing(world, point))
  const failed: Message[] = []
  const take = (): Message[] => [
    ...failed.splice(0),
    ...world.thawQueue.receive().map((thaw) => ({ thaw })),
    ...world.hydrateQueue.receive().map((hydrate) => ({ hydrate })),
  ]
  for (let batch = take(); batch.length > 0; batch = take()) {
    for (const message of batch) {
      const crash = await crashOf(() =>
        'thaw' in message ? use.thaw(message.thaw) : use.hydrate(message.hydrate),
      )
      if (crash === undefined) continue
      failed.push(message)
      use = world.run
    }
    if (failed.length > 0) world.advance(1.5 * HOUR)
  }
}

const attempt = (events: 'arrive' | 'are lost') => async (point: CrashPoint, name: string) => {
  const world = aWorld()
  await world.land([aRecord({ id: 'a' }), aRecord({ id: 'b' })], { storageClass: 'GLACIER' })
  await world.land([aRecord({ id: 'b' }), aRecord({ id: 'c' })])
  await world.land([aRecord({ id: 'd', time: NOON - DAY })])

  const who = { caller: 'tester', idempotencyKey: 'once' }
  const request = aRequest({ selection: aRange(NOON - 2 * DAY, NOON + DAY) })
  const asked = () => world.on(failing(world, point)).request(request, who)
  if ((await crashOf(asked)) !== undefined) await world.run.request(request, who)
  const again = await world.run.request(request, who)
  if (!('rehydration' in again)) throw new Error(again.kind)
  const { id } = again.rehydration

  await workOff(world, point)
  const isOver = async () => (await world.stateOf(id))?.name === 'completed'
  for (let rounds = 0; rounds < 5 && !(await isOver()); rounds += 1) {
    world.advance(6 * HOUR)
    const keys = world.takeEvents()
    const use = world.on(failing(world, point))
    if (events === 'arrive')
      for (const key of [...keys, ...keys])
        if ((await crashOf(() => use.track(key))) !== undefined) await world.run.track(key)
    for (const ref of REFS)
      if ((await crashOf(() => use.resume(ref))) !== undefined) await world.run.resume(ref)
    if ((await crashOf(() => use.check())) !== undefined) await world.run.check()
    await workOff(world, point)
  }

  expect.soft(await world.stateOf(id), name).toMatchObject({ name: 'completed' })
  expect
    .soft(world.files(), name)
    .toEqual([
      `analysts/${id}/2024-03-09.ndjson`,
      `analysts/${id}/2024-03-10.ndjson`,
      `analysts/${id}/manifest.json`,
    ])
  const manifest = JSON.parse(world.file(`${id}/manifest.json`).toString())
  expect.soft(manifest, name).toMatchObject({
    records: 4,
    completeness: { complete: true, segments: 3, read: 3 },
    files: [{ records: 1 }, { records: 3 }],
  })
  for (const { partition, bytes } of manifest.files)
    expect.soft(world.file(`${id}/${partition}.ndjson`).length, name).toBe(bytes)
  for (const { partition } of REFS) expect.soft(await world.waiters(partition), name).toEqual([])
  expect.soft(await world.ports.taskList.open(id, 10), name).toEqual([])
  expect.soft(world.metered('s3.restore-request.GLACIER.Standard'), name).toBe(1)
  expect.soft(world.finished.length, name).toBeLessThanOrEqual(1)
}

test('a rehydration comes to its end through a crash at every step', async () => {
  expect(await crashEverywhere(attempt('arrive'))).toBeGreaterThan(60)
})

test('a rehydration comes to its end through a crash at every step when all events are lost [F10]', async () => {
  for (let nth = 1; ; nth += 1) {
    const point = makeCrashPoint(nth, 'after')
    await attempt('are lost')(point, `after call ${nth}`)
    if (!point.happened()) break
  }
})
