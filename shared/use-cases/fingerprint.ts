import { hash } from 'node:crypto'
import type { Selection } from '../domain/rehydration.ts'

/** What makes two selections the same, as JSON takes it. */
export const selectionFacts = (selection: Selection): readonly unknown[] => [
  selection.kind === 'range'
    ? [selection.from, selection.to]
    : selection.ids.map(({ id, time }) => [id, time]),
  selection.where,
  selection.limit,
]

export const fingerprintOf = (facts: unknown): string => hash('sha256', JSON.stringify(facts))
