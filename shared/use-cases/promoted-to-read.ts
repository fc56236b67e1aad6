import type { PromotedColumn } from '../domain/dataset.ts'
import { comparisonsOf } from '../domain/filter-logic.ts'
import type { RehydrationRequest } from '../domain/rehydration.ts'

/** Null columns of lines are records as they were sent; of the other formats they are all. */
const hasColumn = ({ format, columns }: Pick<RehydrationRequest, 'format' | 'columns'>, name: string) =>
  columns === null ? format !== 'ndjson' : columns.includes(name)

/**
 * The promoted columns that a file of the rehydration has, or its filter looks at, in the order of the dataset: the others need not
 * be decoded.
 */
export const promotedToRead = (
  request: Pick<RehydrationRequest, 'format' | 'columns' | 'selection'>,
  promoted: readonly PromotedColumn[],
): readonly PromotedColumn[] => {
  const { where } = request.selection
  const fields = new Set(where === null ? [] : comparisonsOf(where).map(({ field }) => field))
  return promoted.filter(({ name }) => fields.has(name) || hasColumn(request, name))
}
