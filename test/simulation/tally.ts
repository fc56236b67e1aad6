/** How often each kind of thing really happened, by where: only what is counted here counts as tried. */
export type Tally = {
  count(where: string, what: string): void
  counts(): ReadonlyMap<string, ReadonlyMap<string, number>>
  add(other: Tally): void
}

export const makeTally = (): Tally => {
  const all = new Map<string, Map<string, number>>()
  const add = (where: string, what: string, times: number) => {
    const counts = all.get(where) ?? new Map<string, number>()
    all.set(where, counts)
    counts.set(what, (counts.get(what) ?? 0) + times)
  }
  return {
    count: (where, what) => add(where, what, 1),
    counts: () => all,
    add: (other) => {
      for (const [where, counts] of other.counts())
        for (const [what, times] of counts) add(where, what, times)
    },
  }
}

/** One line a place, in order. */
export const formatTally = (tally: Tally): string =>
  [...tally.counts()]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([where, counts]) => {
      const each = [...counts]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([what, times]) => `${what} ${times}`)
      return `  ${where.padEnd(30)} ${each.join(', ')}`
    })
    .join('\n')

/** The faults that never happened at a kind of call that was made. */
export const notMet = (tally: Tally, calls: string, faults: readonly string[]): readonly string[] =>
  [...tally.counts()].flatMap(([where, counts]) =>
    counts.has(calls) ? faults.filter((fault) => !counts.has(fault)).map((fault) => `${where} ${fault}`) : [],
  )
