import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { memorySource } from '../../shared/codec/byte-source.ts'
import { digestRecords } from '../../shared/codec/digest.ts'
import { openSegment } from '../../shared/codec/open-segment.ts'
import { makeRecordFilter } from '../../shared/codec/record-filter.ts'
import { rowGroupStatistics } from '../../shared/codec/row-group-statistics.ts'
import { readFooter } from '../../shared/codec/segment-footer.ts'
import { makeMemorySink } from '../../shared/codec/segment-sink.ts'
import { makeSegmentWriter } from '../../shared/codec/segment-writer.ts'
import { emptyDigest } from '../../shared/domain/digest.ts'
import type { Filter } from '../../shared/domain/filter.ts'
import { type FieldStatistics, judgeStatistics } from '../../shared/domain/judge-statistics.ts'
import { type ArchiveRecord, compareRecords } from '../../shared/domain/record.ts'
import { collect } from '../support/archive-facts.ts'
import { wants } from '../support/brute-force-filter.ts'
import { NOON } from '../support/builders.ts'
import { aFilter, COLUMNS, FILTERED, someRecords } from '../support/filtered-records.ts'

const pack = async (records: readonly ArchiveRecord[], promoted = FILTERED.promoted): Promise<Uint8Array> => {
  const sink = makeMemorySink()
  const segment = {
    dataset: 'orders',
    partition: '2024-03',
    id: 's',
    kind: 'landing',
    createdAt: NOON,
  } as const
  const writer = makeSegmentWriter({ segment, promoted, sink })
  await writer.write(records.toSorted(compareRecords))
  await writer.finish({ inputs: null, books: { received: digestRecords(records), duplicates: emptyDigest } })
  return sink.content()
}

const toKey = ({ id, time, body }: ArchiveRecord) => [id, time, body]

describe('statistics', () => {
  test('never rule out what matches, and are right where they are sure', async () => {
    let ruledOut = 0
    await fc.assert(
      fc.asyncProperty(aFilter, someRecords, async (filter, records) => {
        const footer = await readFooter(memorySource(await pack(records)))
        const [rowGroup] = footer.rowGroups
        if (rowGroup === undefined) throw new Error('no row group')
        const statistics = rowGroupStatistics(footer, rowGroup, 0, FILTERED.promoted)
        const verdict = judgeStatistics(filter)(statistics)
        const matching = records.filter((record) => wants(filter, record, COLUMNS)).length
        if (verdict === false) ruledOut += 1
        if (verdict !== undefined) expect(matching).toBe(verdict ? records.length : 0)
        const early = makeRecordFilter(filter, COLUMNS)
        if (matching > 0) {
          expect(early.mayMatch(statistics)).toBe(true)
          expect(early.mayMatch(rowGroupStatistics(footer, rowGroup, 0))).toBe(true)
        }
      }),
      { numRuns: 500 },
    )
    expect(ruledOut).toBeGreaterThan(10)
  })

  test('leave rows to be chosen among which are all that match', async () => {
    await fc.assert(
      fc.asyncProperty(aFilter, someRecords, async (filter, records) => {
        const where = makeRecordFilter(filter, COLUMNS)
        const open = await openSegment(memorySource(await pack(records)), { promoted: FILTERED.promoted })
        const read = (await collect(open.rows({ where }))).flat().filter(where.matches)
        const wanted = records.filter((record) => wants(filter, record, COLUMNS))
        expect(read.map(toKey)).toEqual(wanted.toSorted(compareRecords).map(toKey))
      }),
      { numRuns: 300 },
    )
  })

  test.each([
    ['has the type that is asked for', 'string', false],
    ['has another type than is asked for', 'integer', true],
  ] as const)('of a column that %s are of what will be read', async (_, type, mayLack) => {
    const [one] = fc.sample(someRecords, 1)[0] ?? []
    if (one === undefined) throw new Error('no record')
    const promoted = [{ name: 'word', path: ['a'], type: 'string' }] as const
    const footer = await readFooter(memorySource(await pack([{ ...one, promoted: ['x'] }], promoted)))
    const [rowGroup] = footer.rowGroups
    if (rowGroup === undefined) throw new Error('no row group')
    const known = (kinds?: readonly { name: string; type: 'string' | 'integer' }[]) =>
      rowGroupStatistics(footer, rowGroup, 0, kinds)('word')
    expect(known([{ name: 'word', type }])?.mayLack).toBe(mayLack)
    expect(known()).toEqual({ range: { min: 'x', max: 'x' }, mayLack: true })
    expect(rowGroupStatistics(footer, rowGroup, 0)('other')).toEqual({ range: null, mayLack: true })
    expect(rowGroupStatistics(footer, rowGroup, 0)('arrived')).toBeUndefined()
  })

  test('of a column without a count of nulls, or without a bound, are of unknown values, and it may lack them', async () => {
    const promoted = [{ name: 'word', path: ['a'], type: 'string' }] as const
    const [one] = fc.sample(someRecords, 1)[0] ?? []
    if (one === undefined) throw new Error('no record')
    const footer = await readFooter(memorySource(await pack([{ ...one, promoted: ['x'] }], promoted)))
    const [rowGroup] = footer.rowGroups
    if (rowGroup === undefined) throw new Error('no row group')
    const columns = footer.parquet.rowGroup(0)?.columns ?? []
    for (const { meta_data } of columns) if (meta_data?.statistics) delete meta_data.statistics.null_count
    expect(rowGroupStatistics(footer, rowGroup, 0, promoted)('word')).toMatchObject({ mayLack: true })
    for (const bound of ['max_value', 'min_value'] as const) {
      for (const { meta_data } of columns) if (meta_data?.statistics) delete meta_data.statistics[bound]
      expect(rowGroupStatistics(footer, rowGroup, 0, promoted)('word')).toEqual({
        range: undefined,
        mayLack: true,
      })
    }
    const bare = { ...footer, parquet: { rowGroup: () => undefined } }
    expect(rowGroupStatistics(bare, rowGroup, 0, promoted)('word')).toBeUndefined()
  })

  const known = (
    min: string | number | bigint | boolean,
    max: typeof min,
    mayLack = false,
  ): FieldStatistics => ({
    range: { min, max },
    mayLack,
  })
  const verdictOf = (filter: Filter, statistics: FieldStatistics | undefined) =>
    judgeStatistics(filter)(() => statistics)

  test.each([
    [{ field: 'a', eq: 5 }, known(6, 9), false],
    [{ field: 'a', eq: 5 }, known(1, 4), false],
    [{ field: 'a', eq: 5 }, known(5, 5), true],
    [{ field: 'a', eq: 5 }, known(5, 5, true), undefined],
    [{ field: 'a', eq: 5 }, known('a', 'b'), false],
    [{ field: 'a', eq: true }, known(false, false), false],
    [{ field: 'a', eq: true }, known(false, true), undefined],
    [{ field: 'a', eq: true }, known(1, 1), false],
    [{ field: 'a', eq: 'é' }, known('a', 'é'), undefined],
    [{ field: 'a', eq: '\u{1f600}' }, known('a', 'b'), undefined],
    [{ field: 'a', eq: '9007199254740993' }, known(9007199254740993n, 9007199254740993n), true],
    [{ field: 'a', in: [1, 9] }, known(2, 8), false],
    [{ field: 'a', in: [1, 5] }, known(2, 8), undefined],
    [{ field: 'a', in: [1, 5] }, known(5, 5), true],
    [{ field: 'a', lt: 5 }, known(5, 9), false],
    [{ field: 'a', lt: 5 }, known(1, 4), true],
    [{ field: 'a', lt: 5 }, known(1, 5), undefined],
    [{ field: 'a', lte: 5 }, known(6, 9), false],
    [{ field: 'a', lte: 5 }, known(1, 5), true],
    [{ field: 'a', lte: 5 }, known(5, 6), undefined],
    [{ field: 'a', gt: 5 }, known(1, 5), false],
    [{ field: 'a', gt: 5 }, known(6, 9), true],
    [{ field: 'a', gt: 5 }, known(5, 6), undefined],
    [{ field: 'a', gte: 5 }, known(1, 4), false],
    [{ field: 'a', gte: 5 }, known(5, 9), true],
    [{ field: 'a', gte: 5 }, known(4, 5), undefined],
    [{ field: 'a', prefix: 'ab' }, known('aba', 'abz'), true],
    [{ field: 'a', prefix: 'ab' }, known('a', 'b'), undefined],
    [{ field: 'a', prefix: 'ab' }, known('ac', 'b'), false],
    [{ field: 'a', prefix: 'ab' }, known('a', 'aa'), false],
    [{ field: 'a', prefix: 'ab' }, known('aa', 'aba'), undefined],
    [{ field: 'a', prefix: '\uffee' }, known('a', 'b'), undefined],
    [{ field: 'a', prefix: 'ab' }, known(1, 2), false],
    [{ field: 'a', exists: true }, known(1, 2), true],
    [{ field: 'a', exists: true }, known(1, 2, true), undefined],
    [{ field: 'a', exists: false }, known(1, 2), false],
    [{ field: 'a', exists: false }, known(1, 2, true), undefined],
    [{ field: 'a', exists: false }, { range: null, mayLack: true }, true],
    [{ field: 'a', exists: true }, { range: null, mayLack: true }, false],
    [{ field: 'a', eq: 5 }, { range: null, mayLack: true }, false],
    [{ field: 'a', eq: 5 }, { range: undefined, mayLack: false }, undefined],
    [{ field: 'a', exists: true }, { range: undefined, mayLack: false }, true],
    [{ field: 'a', eq: 5 }, undefined, undefined],
    [{ not: { field: 'a', eq: 5 } }, known(5, 5), false],
    [{ not: { field: 'a', eq: 5 } }, undefined, undefined],
    [
      {
        and: [
          { field: 'a', lt: 9 },
          { field: 'a', gt: 1 },
        ],
      },
      known(5, 5),
      true,
    ],
    [
      {
        or: [
          { field: 'a', lt: 1 },
          { field: 'a', gt: 9 },
        ],
      },
      known(5, 5),
      false,
    ],
  ] as const)('say of %o: with %o it is %s', (filter, statistics, verdict) => {
    expect(verdictOf(filter, statistics)).toBe(verdict)
  })
})
