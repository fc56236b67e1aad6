/** From this age (ms) on, until the next of them begins. The first is from age 0. */
export type FromAge<Value> = readonly [Since<Value>, ...Since<Value>[]]
export type Since<Value> = { readonly from: number; readonly value: Value }

/** What a class ladder is to be found for. Ages in ms, from the end of a partition. */
export type Material = {
  /** Of a sealed segment, on average, and how many come in a day. */
  readonly segmentBytes: number
  readonly segmentsPerDay: number
  /** How long they are kept. */
  readonly lifetime: number
  /** Within what time (ms) a record has to be readable; 0: at once. */
  readonly within: FromAge<number>
  /** What share of the bytes is read in a month. */
  readonly reads: FromAge<number>
}

/** The value at an age; for what is not over yet the first. */
export const valueAt = <Value>(steps: FromAge<Value>, age: number): Value =>
  (steps.findLast(({ from }) => from <= age) ?? steps[0]).value

/** Ages between two at which a value becomes another one, both of them included. */
export const agesBetween = (material: Material, since: number, until: number): readonly number[] => {
  const changes = [...material.within, ...material.reads].map(({ from }) => from)
  const inner = changes.filter((age) => age > since && age < until)
  return [...new Set([since, ...inner, until])].toSorted((a, b) => a - b)
}
