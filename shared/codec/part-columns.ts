import { OWN_COLUMNS, type PromotedColumn } from '../domain/dataset.ts'
import type { ArchiveRecord, PromotedValue } from '../domain/record.ts'

/** One column of a delivered file, and where its values come from. */
export type PartColumn = {
  readonly name: string
  /** Its values are text as somebody sent it, not numbers or times that icecore prints. */
  readonly isText: boolean
  readonly value: (record: ArchiveRecord) => PromotedValue
}

const iso = (time: number): string => new Date(time).toISOString()

const OWN = {
  id: { isText: true, value: ({ id }) => id },
  time: { isText: false, value: ({ time }) => iso(time) },
  body: { isText: true, value: ({ body }) => body },
  header: { isText: true, value: ({ header }) => header },
  arrived: { isText: false, value: ({ arrived }) => iso(arrived) },
  version: { isText: true, value: ({ version }) => version },
} as const satisfies Record<(typeof OWN_COLUMNS)[number], Omit<PartColumn, 'name'>>

const promotedColumn = ({ name, type }: PromotedColumn, at: number): PartColumn => ({
  name,
  isText: type === 'string',
  value: ({ promoted }) => {
    const value = promoted[at] ?? null
    return type === 'timestamp' && typeof value === 'number' ? iso(value) : value
  },
})

/**
 * The columns of these names, in their order. A promoted column that has left the configuration since it was asked for is
 * null in every record.
 */
export const partColumns = (
  names: readonly string[],
  promoted: readonly PromotedColumn[],
): readonly PartColumn[] =>
  names.map((name) => {
    const own = OWN_COLUMNS.find((one) => one === name)
    if (own !== undefined) return { name, ...OWN[own] }
    const at = promoted.findIndex((column) => column.name === name)
    const column = promoted[at]
    return column === undefined ? { name, isText: false, value: () => null } : promotedColumn(column, at)
  })
