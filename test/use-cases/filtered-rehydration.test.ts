import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Filter } from '../../shared/domain/filter.ts'
import { partitionOf } from '../../shared/domain/partition.ts'
import { type ArchiveRecord, compareRecords, sameRecord } from '../../shared/domain/record.ts'
import type { Selection } from '../../shared/domain/rehydration.ts'
import { wants } from '../support/brute-force-filter.ts'
import { aRecord, NOON } from '../support/builders.ts'
import { aFilter, COLUMNS, FILTERED, someRecords } from '../support/filtered-records.ts'
import { aWorld, type World } from '../support/rehydration-world.ts'
import { aRange, someIds } from '../support/selections.ts'

const DAY = 86_400_000

const key = ({ id, time, body, header }: ArchiveRecord) => JSON.stringify([id, time, body, header])
const dayOf = ({ time }: ArchiveRecord) => partitionOf(time, 'day')

/** Of copies the one that arrived first is the record; in the order in which they are delivered. */
const distinct = (records: readonly ArchiveRecord[]): readonly ArchiveRecord[] =>
  records
    .toSorted((a, b) => (dayOf(a) < dayOf(b) ? -1 : dayOf(a) > dayOf(b) ? 1 : compareRecords(a, b)))
    .filter((record, at, all) => {
      const before = all[at - 1]
      return before === undefined || !sameRecord(before, record)
    })

const isSelected = (selection: Selection, { id, time }: ArchiveRecord): boolean =>
  selection.kind === 'range'
    ? selection.from <= time && time < selection.to
    : selection.ids.some((wanted) => wanted.id === id && (wanted.time === null || wanted.time === time))

const owedOf = (selection: Selection, records: readonly ArchiveRecord[]) => {
  const { where, limit } = selection
  return distinct(records)
    .filter((record) => isSelected(selection, record) && (where === null || wants(where, record, COLUMNS)))
    .slice(0, limit ?? Number.POSITIVE_INFINITY)
    .map(key)
}

const aSelection = fc
  .record({
    where: fc.option(aFilter),
    limit: fc.option(fc.integer({ min: 1, max: 12 })),
    kind: fc.constantFrom('all', 'day', 'ids', 'timed'),
  })
  .map(({ where, limit, kind }): Selection => {
    const narrowing = { where, limit }
    if (kind === 'all') return aRange(NOON - 2 * DAY, NOON + 2 * DAY, narrowing)
    if (kind === 'day') return aRange(NOON, NOON + 1001, narrowing)
    const ids = ['r1', 'r2', '__proto__', '\uffee', 'none']
    return someIds(
      ids.map((id) => ({ id, time: kind === 'timed' ? NOON : null })),
      narrowing,
    )
  })

/** The promoted values of a record with this word. */
const columns = (word: string) => COLUMNS.map((name) => (name === 'word' ? word : null))

/** Lands records, a segment for some of each day. */
const landAll = async (world: World, batches: readonly (readonly ArchiveRecord[])[]) => {
  for (const batch of batches)
    for (const [, records] of Map.groupBy(batch, dayOf))
      await world.land(records.toSorted((a, b) => a.arrived - b.arrived))
}

const delivered = async (world: World, id: string): Promise<readonly string[]> => {
  const state = await world.stateOf(id)
  if (state?.name !== 'completed') throw new Error(`it is ${state?.name}`)
  const manifest = JSON.parse(world.file(`${id}/manifest.json`).toString())
  const lines: string[] = manifest.files.flatMap(({ key: file }: { key: string }) =>
    world
      .file(file.replace(/^analysts\//, ''))
      .toString()
      .split('\n')
      .slice(0, -1),
  )
  expect(state.summary.records.count).toBe(lines.length)
  expect(manifest.completeness.complete).toBe(true)
  return lines
}

/** A delivered line does not say which record it is of, so that lines are compared. */
const lineOf = (one: string): string => {
  const [id, time, body, header]: [string, number, string, string | null] = JSON.parse(one)
  return header === null ? body : JSON.stringify({ id, time: new Date(time).toISOString(), header, body })
}

describe('a rehydration with a filter and a limit', () => {
  test('plans no partition of which the catalog or the index objects rule everything out', async () => {
    const world = aWorld({ dataset: FILTERED })
    const land = (id: string, time: number, word: string) =>
      world.land([aRecord({ id, time, body: `{"id":"${id}","a":"${word}"}`, promoted: columns(word) })])
    await land('r1', NOON, 'a')
    await land('r2', NOON - DAY, 'ab')
    await land('r3', NOON - 2 * DAY, 'b')
    const planned = async (where: Filter) => {
      const id = await world.ask({ selection: aRange(NOON - 9 * DAY, NOON + DAY, { where }) })
      await world.run.thaw({ rehydrationId: id, partition: null })
      return world.ports.taskList.open(id, 9)
    }
    expect(await planned({ field: 'word', eq: 'ab' })).toEqual(['2024-03-09'])
    expect(await planned({ field: 'word', gte: 'ab' })).toEqual(['2024-03-08', '2024-03-09'])
    expect(await planned({ field: 'id', lte: 'r2' })).toEqual(['2024-03-09', '2024-03-10'])
    expect(await planned({ field: 'word', eq: 'none' })).toEqual([])
    // what stands in bodies shows only in reading them
    expect(await planned({ field: '/a', eq: 'ab' })).toHaveLength(3)
  })

  test('delivers of any records those that are owed, each once, in any storage class', async () => {
    let cut = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(someRecords, { minLength: 1, maxLength: 3 }),
        aSelection,
        fc.boolean(),
        async (batches, selection, isCold) => {
          const world = aWorld({ dataset: FILTERED })
          await landAll(world, batches)
          if (isCold)
            for await (const { partition } of world.ports.registry.list('orders'))
              for (const { segments } of (await world.ports.log.read({ dataset: 'orders', partition }))
                .commits)
                for (const segment of segments) world.makeCold(segment, 'DEEP_ARCHIVE')
          const id = await world.ask({ selection })
          await world.drain()
          for (let days = 0; days < 4; days += 1) await world.pass(DAY / 2)
          const owed = owedOf(selection, batches.flat())
          if (owed.length === selection.limit) cut += 1
          expect(await delivered(world, id)).toEqual(owed.map(lineOf))
        },
      ),
      { numRuns: 150 },
    )
    expect(cut).toBeGreaterThan(5)
  })
})
