/** How often a thing happened, and how often it should have by its probability. */
export type Count = { count: number; expected: number }

/** How often each kind of thing really happened, by where: only what is counted here counts as tried. */
export type Tally = {
  count(where: string, what: string): void
  /** Something may happen now with that probability. */
  expect(where: string, what: string, probability: number): void
  /** A call of a port, at which one of these faults may happen. */
  call(where: string, rate: number, faults: readonly string[]): void
  counts(): ReadonlyMap<string, ReadonlyMap<string, Count>>
  add(other: Tally): void
}

/** What calls of ports themselves are counted as, while things go wrong. */
export const CALLS = 'calls'

export const makeTally = (): Tally => {
  const all = new Map<string, Map<string, Count>>()
  const at = (where: string, what: string): Count => {
    let counts = all.get(where)
    if (counts === undefined) {
      counts = new Map()
      all.set(where, counts)
    }
    let one = counts.get(what)
    if (one === undefined) {
      one = { count: 0, expected: 0 }
      counts.set(what, one)
    }
    return one
  }
  const expect = (where: string, what: string, probability: number) => {
    at(where, what).expected += probability
  }
  return {
    count: (where, what) => {
      at(where, what).count += 1
    },
    expect,
    call: (where, rate, faults) => {
      at(where, CALLS).count += 1
      for (const fault of faults) expect(where, fault, rate / faults.length)
    },
    counts: () => all,
    add: (other) => {
      for (const [where, counts] of other.counts())
        for (const [what, { count, expected }] of counts) {
          const one = at(where, what)
          one.count += count
          one.expected += expected
        }
    },
  }
}
