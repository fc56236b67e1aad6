import * as z from 'zod'
import { dollarsFor, priceOf } from '../shared/domain/prices.ts'
import type { Meter } from './model.ts'

/** `quantity` is in `unit`, such as 0.25 `GB-month`. */
export type InvoiceLine = { line: string; quantity: number; unit: string; dollars: number }
export type Invoice = { lines: InvoiceLine[]; total: number }

export const billSnapshotSchema = z.record(z.string(), z.number())
/** Metered quantities by line, as plain JSON. */
export type BillSnapshot = z.infer<typeof billSnapshotSchema>

export type Bill = Meter & {
  /** What AWS would charge, by the price table; throws when a metered line has no price. */
  invoice(): Invoice
  snapshot(): BillSnapshot
}

/**
 * Adds up what the models meter. STANDARD storage is charged at its first rate throughout: the steps above 50 TB
 * count within a calendar month, which a sum over any time does not know.
 */
export const makeBill = (start: BillSnapshot = {}): Bill => {
  const quantities = new Map(Object.entries(start))
  return {
    add: (line, quantity) => {
      quantities.set(line, (quantities.get(line) ?? 0) + quantity)
    },
    invoice: () => {
      const lines = [...quantities].map(([line, quantity]): InvoiceLine => {
        const { per, unit } = priceOf(line)
        return { line, quantity: quantity / per, unit, dollars: dollarsFor(line, quantity) }
      })
      lines.sort((a, b) => (a.line < b.line ? -1 : 1))
      return { lines, total: lines.reduce((sum, { dollars }) => sum + dollars, 0) }
    },
    snapshot: () => Object.fromEntries(quantities),
  }
}
