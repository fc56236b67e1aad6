import { describe, expect, test } from 'vitest'
import {
  makeDeadLetterMarks,
  makeDeadLetterObjects,
  makeDeadLetters,
} from '../../shared/adapters/dead-letter-store.ts'
import { digestText } from '../../shared/codec/digest.ts'
import { HOUR } from '../../shared/domain/duration.ts'
import { findQuarantined } from '../../shared/use-cases/find-quarantined.ts'
import { listQuarantine, type QuarantineFilter } from '../../shared/use-cases/list-quarantine.ts'
import { collect } from '../support/archive-facts.ts'
import { anArchiveWorld } from '../support/archive-world.ts'
import { NOON } from '../support/builders.ts'

const aWorld = () => {
  const world = anArchiveWorld()
  const deps = { index: world.quarantine.index, letters: makeDeadLetterObjects(world.archive) }
  return {
    ...world,
    deps,
    keepUnit: async (dataset: string, unit: string, reason = 'malformed-json') => {
      const [text, source] = [`{${unit}`, unit]
      const item = { dataset, reason, detail: '', text, encoding: 'utf8', header: null, source } as const
      const at = world.clock.now
      await world.quarantine.keep({ dataset, unit, items: [item], digest: digestText(text), at })
    },
    keepLetter: async (messageId: string, queue = 'records', reason = 'no-answer') => {
      const letter = { queue, messageId, body: '', attributes: [], sentAt: 0, receives: 11, group: null }
      await makeDeadLetters(world.archive).keep({ ...letter, reason, detail: '', keptAt: world.clock.now })
    },
    list: async (filter: Partial<QuarantineFilter> = {}) =>
      (await collect(listQuarantine(deps)({ state: 'waiting', ...filter }))).map((entry) =>
        entry.kind === 'unit' ? entry.unit.unit : entry.letter.messageId,
      ),
    find: (id: string) => findQuarantined(deps)(id),
  }
}

const aFilledWorld = async () => {
  const world = aWorld()
  const keep = [
    () => world.keepUnit('orders', 'u-0'),
    () => world.keepLetter('l-1'),
    () => world.keepUnit('_unknown', 'u-2', 'unknown-dataset'),
    () => world.keepLetter('l-3', 'objects', 'SourceCorrupt'),
    () => world.keepUnit('orders', 'u-4', 'bad-time'),
  ]
  for (const one of keep) {
    await one()
    world.clock.now += HOUR
  }
  return world
}

describe('the list', () => {
  test('holds units of every dataset and dead letters of every queue, newest first', async () => {
    const world = await aFilledWorld()
    expect(await world.list()).toEqual(['u-4', 'l-3', 'u-2', 'l-1', 'u-0'])
  })

  test.each<[Partial<QuarantineFilter>, string[]]>([
    [{ dataset: 'orders' }, ['u-4', 'u-0']],
    [{ dataset: 'nothing' }, []],
    [{ queue: 'objects' }, ['l-3']],
    [{ reason: 'bad-time' }, ['u-4']],
    [{ reason: 'SourceCorrupt' }, ['l-3']],
    [{ reason: 'toString' }, []],
    [{ dataset: 'orders', reason: 'malformed-json' }, ['u-0']],
    [{ dataset: 'orders', queue: 'records' }, []],
    [{ state: 'retried' }, []],
  ])('of %j is %j', async (filter, expected) => {
    expect(await (await aFilledWorld()).list(filter)).toEqual(expected)
  })

  test('of what was sent again goes by the time of that', async () => {
    const world = await aFilledWorld()
    const [newer] = await world.quarantine.index.newest('orders', 'waiting', 1)
    if (newer === undefined) throw new Error('nothing was kept')
    await makeDeadLetterMarks(world.archive).retried({ queue: 'objects', messageId: 'l-3' })
    await world.quarantine.marks.retried(newer, world.clock.now - 1)
    expect(await world.list({ state: 'retried' })).toEqual(['l-3', 'u-4'])
    expect(await world.list()).toEqual(['u-2', 'l-1', 'u-0'])
  })

  test('goes on through every page', async () => {
    const world = aWorld()
    for (let at = 0; at < 205; at += 1) {
      await world.keepUnit('orders', `u-${at}`)
      world.clock.now += 1
    }
    expect(await world.list()).toEqual(Array.from({ length: 205 }, (_, at) => `u-${204 - at}`))
  })
})

describe('what is looked for', () => {
  test('is found by the beginning of its name, or by its message', async () => {
    const world = await aFilledWorld()
    const [unit] = await world.quarantine.index.newest('_unknown', 'waiting', 1)
    if (unit === undefined) throw new Error('nothing was kept')
    expect(await world.find(unit.name.slice(0, 16))).toEqual([{ kind: 'unit', unit }])
    expect(await world.find('l-3')).toEqual([
      {
        kind: 'dead-letter',
        object: {
          queue: 'objects',
          messageId: 'l-3',
          bytes: expect.any(Number),
          at: NOON + 3 * HOUR,
          retriedAt: null,
        },
      },
    ])
  })

  test('is nothing where there is nothing, or where too little is given', async () => {
    const world = await aFilledWorld()
    for (const id of ['', 'l-9', 'ab', 'f'.repeat(16), `${'f'.repeat(64)}0`])
      expect(await world.find(id)).toEqual([])
  })
})
