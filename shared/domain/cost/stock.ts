/** From and to when, in ms since the archive began; `from` is not in it. */
export type Period = { readonly from: number; readonly to: number }

const half = (time: number): number => (time <= 0 ? 0 : time ** 2 / 2)

/**
 * How much is kept over a period of what comes evenly, from the beginning on: `rate` a ms, kept while its age is from `since` to
 * `until` (Infinity: for ever). In units times ms.
 */
export const stockOf = (rate: number, { from, to }: Period, since: number, until: number): number => {
  const aged = (age: number) => (age === Number.POSITIVE_INFINITY ? 0 : half(to - age) - half(from - age))
  return rate * Math.max(0, aged(since) - aged(until))
}

/** How many of the things that come every `every` ms, the first after `first`, come in a period. */
export const eventsOf = ({ from, to }: Period, first: number, every: number): number => {
  const until = (time: number) => Math.max(0, Math.floor((time - first) / every) + 1)
  return until(to) - until(from)
}
