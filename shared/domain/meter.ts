import { dollarsFor, PRICES, type PriceTable } from './prices.ts'

/** Quantities by lines of the price table. */
export type Lines = readonly (readonly [line: string, quantity: number])[]

export type Meter = { readonly add: (line: string, quantity: number) => void; readonly lines: () => Lines }

/** Adds up what is metered, each line for itself; lines that come to nothing are left out. */
export const makeMeter = (lines: Lines = []): Meter => {
  const sums = new Map<string, number>()
  const add = (line: string, quantity: number) => {
    if (quantity > 0) sums.set(line, (sums.get(line) ?? 0) + quantity)
  }
  for (const [line, quantity] of lines) add(line, quantity)
  return { add, lines: () => [...sums] }
}

/** US dollars for all of it. Errors: a line that the table has no price for. */
export const totalOf = (lines: Lines, table: PriceTable = PRICES): number =>
  lines.reduce((sum, [line, quantity]) => sum + dollarsFor(line, quantity, table), 0)
