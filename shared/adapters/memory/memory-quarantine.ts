import { addDigests } from '../../domain/digest.ts'
import type {
  Quarantine,
  QuarantineBooks,
  QuarantinedUnit,
  QuarantineMarks,
  QuarantineObjects,
  QuarantineRegister,
  QuarantineUnit,
  QuarantineUnits,
} from '../../ports/quarantine.ts'
import { makeQuarantine, makeQuarantineMarks, makeQuarantineObjects } from '../quarantine-store.ts'
import type { MemoryArchive } from './memory-archive.ts'

export type MemoryQuarantine = Quarantine &
  QuarantineBooks & {
    readonly register: QuarantineRegister
    readonly index: QuarantineUnits
    readonly marks: QuarantineMarks
    readonly objects: QuarantineObjects
    /** Everything that was ever kept, sent again or not. */
    units(): readonly QuarantineUnit[]
  }

const timeOf = ({ at, retriedAt }: QuarantinedUnit) => retriedAt ?? at

/** Newest first, and of one time the highest name. */
const compare = (a: { at: number; name: string }, b: { at: number; name: string }) =>
  b.at - a.at || (a.name < b.name ? 1 : -1)

const makeMemoryRegister = () => {
  const booked = new Map<string, QuarantinedUnit>()
  const register: QuarantineRegister = {
    book: async (unit) => {
      const key = `${unit.dataset} ${unit.name}`
      const known = booked.get(key)
      if (known === undefined) booked.set(key, unit)
      else if (known.retriedAt === null) booked.set(key, { ...known, retriedAt: unit.retriedAt })
      return known === undefined ? 'booked' : 'already-booked'
    },
  }
  const of = (dataset: string) => [...booked.values()].filter((unit) => unit.dataset === dataset)
  const units: QuarantineUnits = {
    datasets: async () => [...new Set([...booked.values()].map(({ dataset }) => dataset))].sort(),
    newest: async (dataset, state, limit, after) =>
      of(dataset)
        .filter(({ retriedAt }) => (retriedAt === null) === (state === 'waiting'))
        .map((unit) => ({ unit, at: timeOf(unit), name: unit.name }))
        .filter((each) => after === undefined || compare(each, after) > 0)
        .toSorted(compare)
        .slice(0, limit)
        .map(({ unit }) => unit),
    named: async (dataset, start) =>
      of(dataset)
        .filter(({ name }) => name.startsWith(start))
        .toSorted((a, b) => (a.name < b.name ? -1 : 1))
        .slice(0, 2),
  }
  const books: QuarantineBooks = {
    total: async (dataset) =>
      addDigests(
        ...of(dataset)
          .filter(({ retriedAt }) => retriedAt === null)
          .map(({ digest }) => digest),
      ),
  }
  return { register, units, books }
}

/** Quarantine in the simulated archive bucket, with its catalog in memory. */
export const makeMemoryQuarantine = (
  archive: Pick<MemoryArchive, 'writer' | 'reader' | 'lister'>,
): MemoryQuarantine => {
  const { register, units, books } = makeMemoryRegister()
  const to = { writer: archive.writer, register }
  const { keep } = makeQuarantine(to)
  const kept: QuarantineUnit[] = []
  return {
    ...books,
    register,
    index: units,
    marks: makeQuarantineMarks(to),
    objects: makeQuarantineObjects(archive),
    keep: async (unit) => {
      const outcome = await keep(unit)
      if (outcome === 'kept') kept.push(unit)
      return outcome
    },
    units: () => kept,
  }
}
