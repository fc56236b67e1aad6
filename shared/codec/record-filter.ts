import { type FieldValue, holdsOf, testOf } from '../domain/compare-value.ts'
import type { Comparison, Filter } from '../domain/filter.ts'
import { comparisonsOf, compileFilter, type Verdict } from '../domain/filter-logic.ts'
import { judgeStatistics, type Statistics } from '../domain/judge-statistics.ts'
import type { ArchiveRecord, TextPlace } from '../domain/record.ts'
import { makeBodyTest } from './body-field.ts'
import { type BodyScan, makeBodyScan } from './body-scan.ts'

export const isPointer = (field: string): boolean => field.startsWith('/')

/** A row of which only columns are at hand. */
export type ColumnRow = { value(column: string): FieldValue }

/** A filter, compiled for all that it is asked of. */
export type RecordFilter = {
  /** Columns that `judgeColumns` looks at. */
  readonly columns: readonly string[]
  /** False only where no record of these statistics is wanted. */
  mayMatch(statistics: Statistics): boolean
  /** Of a row, before its body is decoded; undefined where its body or its arrival decides. */
  judgeColumns(row: ColumnRow): Verdict
  /** False only where no record with this JSON body is wanted; undefined where bodies tell nothing before they are parsed. */
  readonly scanBody: BodyScan | undefined
  matches(record: ArchiveRecord): boolean
}

/**
 * Of records that are the same the one that arrived first counts, and that shows only when all are read: a filter by arrival
 * rules out nothing before.
 */
const isKnownEarly = ({ field }: Comparison): boolean => field !== 'arrived' && !isPointer(field)

const makeReader = (field: string, promoted: readonly string[]): ((record: ArchiveRecord) => FieldValue) => {
  switch (field) {
    case 'id':
      return ({ id }) => id
    case 'time':
      return ({ time }) => time
    case 'arrived':
      return ({ arrived }) => arrived
    case 'version':
      return ({ version }) => version
    default: {
      const at = promoted.indexOf(field)
      return (record) => record.promoted[at] ?? null
    }
  }
}

/** All comparisons that look into bodies, as far as bytes tell. */
const makeScan = (filter: Filter): BodyScan | undefined => {
  let tells = false
  const judge = compileFilter<TextPlace>(filter, (comparison) => {
    const { field } = comparison
    const scan = isPointer(field) ? makeBodyScan(field, testOf(comparison)) : undefined
    if (scan === undefined) return () => undefined
    tells = true
    return (body) => (scan(body) ? undefined : false)
  })
  return tells ? (body) => judge(body) !== false : undefined
}

/** @param promoted names of the promoted columns, in the order in which records have them. */
export const makeRecordFilter = (filter: Filter, promoted: readonly string[]): RecordFilter => {
  const judgeEarly = judgeStatistics(filter)
  const judgeColumns = compileFilter<ColumnRow>(filter, (comparison) => {
    const { field } = comparison
    if (!isKnownEarly(comparison)) return () => undefined
    const test = testOf(comparison)
    return (row) => holdsOf(test, row.value(field))
  })
  const matches = compileFilter<ArchiveRecord>(filter, (comparison) => {
    const { field } = comparison
    const test = testOf(comparison)
    if (isPointer(field)) return makeBodyTest(field, test)
    const read = makeReader(field, promoted)
    return (record) => holdsOf(test, read(record))
  })
  const early = comparisonsOf(filter).filter(isKnownEarly)
  return {
    columns: [...new Set(early.map(({ field }) => field))],
    mayMatch: (statistics) =>
      judgeEarly((field) => (field === 'arrived' ? undefined : statistics(field))) !== false,
    judgeColumns,
    scanBody: makeScan(filter),
    matches: (record) => matches(record) === true,
  }
}
