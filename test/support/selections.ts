import type { Narrowing, RecordSelector, Selection } from '../../shared/domain/rehydration.ts'

type SelectedRange = Extract<Selection, { kind: 'range' }>

/** Records of a time range, the end not within. */
export const aRange = (from: number, to: number, narrowing: Partial<Narrowing> = {}): SelectedRange => ({
  kind: 'range',
  from,
  to,
  where: null,
  limit: null,
  ...narrowing,
})

/** Records by their ids. */
export const someIds = (ids: readonly RecordSelector[], narrowing: Partial<Narrowing> = {}): Selection => ({
  kind: 'ids',
  ids,
  where: null,
  limit: null,
  ...narrowing,
})

/** What a quote is of besides. */
export const AS_USUAL = {
  destination: null,
  format: 'ndjson',
  compression: 'none',
  columns: null,
  keepDays: null,
} as const
