import type { Comparison, Filter } from './filter.ts'

/** What is known of a filter: it holds, it does not, or (undefined) both are possible. */
export type Verdict = boolean | undefined

type Judge<Subject> = (subject: Subject) => Verdict

/**
 * A filter as one function, made once and asked often. `judge` makes that of a single comparison; where it cannot decide, the
 * whole is undecided unless the rest decides it.
 */
export const compileFilter = <Subject>(
  filter: Filter,
  judge: (comparison: Comparison) => Judge<Subject>,
): Judge<Subject> => {
  /** `decisive`: the verdict of one part that settles the whole. */
  const combine = (parts: readonly Filter[], decisive: boolean): Judge<Subject> => {
    const judges = parts.map((part) => compileFilter(part, judge))
    return (subject) => {
      let verdict: Verdict = !decisive
      for (const one of judges) {
        const found = one(subject)
        if (found === decisive) return decisive
        if (found === undefined) verdict = undefined
      }
      return verdict
    }
  }
  if ('and' in filter) return combine(filter.and, false)
  if ('or' in filter) return combine(filter.or, true)
  if ('not' in filter) {
    const inner = compileFilter(filter.not, judge)
    return (subject) => {
      const verdict = inner(subject)
      return verdict === undefined ? undefined : !verdict
    }
  }
  return judge(filter)
}

/** Every comparison of a filter. */
export const comparisonsOf = (filter: Filter): readonly Comparison[] => {
  if ('and' in filter) return filter.and.flatMap(comparisonsOf)
  if ('or' in filter) return filter.or.flatMap(comparisonsOf)
  return 'not' in filter ? comparisonsOf(filter.not) : [filter]
}

/** The comparisons that must all hold, whatever else the filter says. */
export const requiredBy = (filter: Filter | null): readonly Comparison[] => {
  if (filter === null) return []
  if ('and' in filter) return filter.and.flatMap(requiredBy)
  return 'or' in filter || 'not' in filter ? [] : [filter]
}
