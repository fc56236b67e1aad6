import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Budget } from '../../shared/domain/budget.ts'
import { HOUR } from '../../shared/domain/duration.ts'
import { NO_CAPS, NO_GUARDS } from '../../shared/domain/guards.ts'
import { withTier } from '../../shared/domain/rehydration.ts'
import { isOver } from '../../shared/domain/rehydration-states.ts'
import type { HydrateTask, ThawTask } from '../../shared/ports/queues.ts'
import { cancelRehydration } from '../../shared/use-cases/cancel-rehydration.ts'
import { extendRehydration } from '../../shared/use-cases/extend-rehydration.ts'
import { priceRequest } from '../../shared/use-cases/price-request.ts'
import { aRecord } from '../support/builders.ts'
import { coldWorld, REF } from '../support/cold-world.ts'
import { aRequest, aWorld, type World } from '../support/rehydration-world.ts'

const TODAY = { dataset: 'orders', day: '2024-03-10' }
const MOST_ROUNDS = 60
const ROUND = 90 * 60_000
/** The simulator's thaws are over by then, and it is the same day still. */
const THAWED_AFTER = 10 * HOUR

type Ports = World['ports']

/** Ports of which every call waits until the scheduler lets it go on: any order of all calls may come. */
const interleaved = (ports: Ports, scheduler: fc.Scheduler): Ports => {
  const wrap = <Port extends object>(name: string, port: Port): Port =>
    new Proxy(port, {
      get: (target, property, receiver) => {
        const member: unknown = Reflect.get(target, property, receiver)
        if (typeof member !== 'function' || member.constructor.name === 'AsyncGeneratorFunction')
          return member
        return async (...given: unknown[]) => {
          await scheduler.schedule(Promise.resolve(), `${name}.${String(property)}`)
          return Reflect.apply(member, target, given)
        }
      },
    })
  const { budgets, rehydrations, tasks, taskList, log, holdings, waiters, registry, reader, thawer } = ports
  return {
    ...ports,
    budgets: wrap('budgets', budgets),
    rehydrations: wrap('rehydrations', rehydrations),
    tasks: wrap('tasks', tasks),
    taskList: wrap('taskList', taskList),
    log: wrap('log', log),
    holdings: wrap('holdings', holdings),
    waiters: wrap('waiters', waiters),
    registry: wrap('registry', registry),
    reader: wrap('reader', reader),
    thawer: wrap('thawer', thawer),
    delivery: wrap('delivery', ports.delivery),
    checks: wrap('checks', ports.checks),
    thawQueue: wrap('thawQueue', ports.thawQueue),
    hydrateQueue: wrap('hydrateQueue', ports.hydrateQueue),
  }
}

/** What rehydrations that were let begin may still cost, whatever the budget says of them. */
const owed = async ({ ports }: World): Promise<number> => {
  const all = await ports.index.newest(99)
  return all
    .filter(({ state }) => state.name !== 'cancelled')
    .map(({ terms }) => (terms.price?.dollars ?? 0) + (terms.extension?.dollars ?? 0))
    .reduce((sum, dollars) => sum + dollars, 0)
}

/** Ports that throw what must never happen. */
const watched = (world: World, cap: number): Ports => {
  const { ports } = world
  const { rehydrations } = ports
  const windowOf = async (key: string) => (await ports.reader.head(key))?.restore?.readableUntil ?? 0
  const checkCap = async () => {
    const dollars = await owed(world)
    if (dollars > cap) throw new Error(`broken: rehydrations for ${dollars} of ${cap} dollars`)
  }
  return {
    ...ports,
    rehydrations: {
      ...rehydrations,
      create: async (...given) => {
        const outcome = await rehydrations.create(...given)
        await checkCap()
        return outcome
      },
      put: async (...given) => {
        const outcome = await rehydrations.put(...given)
        await checkCap()
        return outcome
      },
    },
    thawer: {
      thaw: async (key, request) => {
        const before = await windowOf(key)
        const outcome = await ports.thawer.thaw(key, request)
        if ((await windowOf(key)) < before) throw new Error(`broken: ${key} is readable for less long`)
        return outcome
      },
    },
  }
}

const wish = fc.record({
  tier: fc.constantFrom('Standard', 'Bulk'),
  keepDays: fc.option(fc.integer({ min: 1, max: 9 })),
  key: fc.option(fc.constantFrom('one', 'two', 'three')),
  next: fc.constantFrom('nothing', 'cancel', 'extend', 'extend twice'),
  days: fc.integer({ min: 1, max: 20 }),
})

const PRICE = await (async () => {
  const priced = await priceRequest((await coldWorld()).world.ports)(aRequest())
  if (priced.kind !== 'priced') throw new Error(priced.kind)
  return priced.price.dollars
})()

test('whoever comes when, no cap is broken, no window shortened, and nothing restored twice', async () => {
  let [refused, extended, cancelled] = [0, 0, 0]
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(wish, { minLength: 2, maxLength: 5 }),
      fc.array(wish, { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 7 }),
      async (scheduler, wishes, later, room) => {
        const cap = PRICE * 1.2 * room
        const world = aWorld({ guards: { ...NO_GUARDS, perDay: { ...NO_CAPS, maxCostUsd: cap } } })
        const { segment } = await world.land([aRecord()], { storageClass: 'GLACIER' })
        const ports = interleaved(watched(world, cap), scheduler)
        const use = world.on(ports)
        /** What was sent, and was not worked off. */
        const again: (() => Promise<unknown>)[] = []

        const askFor = async ({ tier, keepDays, key, next, days }: (typeof wishes)[number]) => {
          const request = aRequest({ ...withTier(tier), keepDays })
          const asked = await use.request(request, { caller: 'tester', idempotencyKey: key })
          if (!('rehydration' in asked)) {
            refused += asked.kind === 'over-cap' ? 1 : 0
            return
          }
          const { id } = asked.rehydration
          if (next === 'cancel' && (await cancelRehydration(ports)(id))?.kind === 'cancelled') cancelled += 1
          if (!next.startsWith('extend')) return
          const outcomes = await Promise.all([
            extendRehydration(ports)(id, days),
            next === 'extend twice' ? extendRehydration(ports)(id, 21 - days) : undefined,
          ])
          extended += outcomes.some((outcome) => outcome?.kind === 'extended') ? 1 : 0
        }

        const workOff = (): Promise<unknown>[] => {
          const thaw = (task: ThawTask) => () => use.thaw(task)
          const hydrate = (task: HydrateTask) => () => use.hydrate(task)
          const works = [
            ...again.splice(0),
            ...world.thawQueue.receive().map(thaw),
            ...world.hydrateQueue.receive().map(hydrate),
          ]
          return works.map(async (work) => {
            const [outcome] = await Promise.allSettled([work()])
            if (outcome.status === 'fulfilled') return
            if (String(outcome.reason).includes('broken')) throw outcome.reason
            // a message that was not worked off comes again
            again.push(work)
          })
        }

        /** All ask at once, and messages are worked on while others still ask. */
        const askAll = async (some: readonly (typeof wishes)[number][]) => {
          let asking = true
          const all = Promise.all(some.map(askFor)).finally(() => {
            asking = false
          })
          const meanwhile = (async () => {
            while (asking) {
              await scheduler.schedule(Promise.resolve(), 'workers')
              await Promise.all(workOff())
            }
          })()
          await scheduler.waitFor(Promise.all([all, meanwhile]))
        }
        const workAllOff = async () => {
          for (let works = workOff(); works.length > 0; works = workOff())
            await scheduler.waitFor(Promise.all(works))
        }

        await askAll(wishes)
        await workAllOff()
        // the first thaw is over, its copy is there, and some want it for longer
        world.advance(THAWED_AFTER)
        for (const key of world.takeEvents()) await world.run.track(key)
        await askAll(later)
        for (let round = 0; round < MOST_ROUNDS; round += 1) {
          await workAllOff()
          world.advance(ROUND)
          for (const key of world.takeEvents()) await world.run.track(key)
          await world.run.check()
          await world.run.reconcile()
        }

        const rehydrations = await world.ports.index.newest(99)
        expect(rehydrations.filter(({ state }) => !isOver(state))).toEqual([])
        const budget: Budget = await world.ports.budgets.read(TODAY)
        expect(budget.open).toEqual([])
        expect(budget.spent.microDollars).toBeLessThanOrEqual(cap * 1e6)
        const restored = ['Standard', 'Bulk']
          .map((tier) => world.metered(`s3.restore-gb.GLACIER.${tier}`))
          .reduce((sum, bytes) => sum + bytes, 0)
        expect([0, segment.bytes]).toContain(restored)
        expect(await world.waiters(REF.partition)).toEqual([])
        const until = Math.max(
          0,
          ...rehydrations
            .filter(({ state }) => state.name === 'completed')
            .map(({ terms }) => terms.extension?.until ?? 0),
        )
        if (until > world.now())
          expect((await world.ports.reader.head(segment.key))?.restore?.readableUntil).toBeGreaterThanOrEqual(
            until,
          )
      },
    ),
    { numRuns: 300 },
  )
  // what can be refused, extended or cancelled is, now and then
  expect(Math.min(refused, extended, cancelled)).toBeGreaterThan(0)
})
