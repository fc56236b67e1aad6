/** The functions' process, right after a collection of garbage. Bytes. */
export type Sample = {
  readonly seconds: number
  readonly round: number
  /** JavaScript's objects, and buffers outside of them. */
  readonly heap: number
  /** What the operating system counts: it keeps what was once needed. */
  readonly resident: number
}

export type Verdict = {
  readonly flat: boolean
  readonly heap: Growth
  readonly resident: Growth
}

/** The medians of the run's second quarter and of its last, and by what part of the former the latter is more. */
export type Growth = { readonly before: number; readonly after: number; readonly growth: number }

/** The first quarter is left out: caches fill, code is compiled. */
const MOST_HEAP_GROWTH = 0.1
const MOST_RESIDENT_GROWTH = 0.25

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

const compare = (values: readonly number[]): Growth => {
  const quarter = values.length / 4
  const before = median(values.slice(Math.floor(quarter), Math.floor(2 * quarter)))
  const after = median(values.slice(Math.floor(3 * quarter)))
  return { before, after, growth: after / before - 1 }
}

/** Whether memory is flat. Of less than eight samples it cannot be said: then it is not. */
export const judge = (samples: readonly Sample[]): Verdict => {
  const heap = compare(samples.map((sample) => sample.heap))
  const resident = compare(samples.map((sample) => sample.resident))
  const flat =
    samples.length >= 8 && heap.growth <= MOST_HEAP_GROWTH && resident.growth <= MOST_RESIDENT_GROWTH
  return { flat, heap, resident }
}
