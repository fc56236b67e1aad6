import { Crash } from '../support/crashing.ts'

/**
 * `crash before`, `crash after`: the process dies at a call, before or after its effect. `answer lost`: the effect is there,
 * the caller sees an error, and the process lives on. `overtaken`: before the call another worker does the same work.
 */
export const FAULTS = ['crash before', 'crash after', 'answer lost', 'overtaken'] as const
export type Fault = (typeof FAULTS)[number]

/** A fault at the nth call, from 1, after the fault before it. */
export type PlannedFault = { readonly fault: Fault; readonly nth: number }

/** A fault that came to pass, and the kind of call that it befell. */
export type MetFault = { readonly kind: string; readonly fault: Fault }

export type Wrap = <Port extends object>(name: string, port: Port) => Port

/** One process as its ports see it: once it is dead, none of them answers. */
export type Process = { readonly wrap: Wrap; isDead(): boolean }

type Method = (...given: unknown[]) => unknown

export const isAsyncIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value

const isMethod = (value: unknown): value is Method => typeof value === 'function'

const hasMethods = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.values(value).some(isMethod)

export const isPaged = (method: { readonly constructor: { readonly name: string } }): boolean =>
  method.constructor.name === 'AsyncGeneratorFunction'

/**
 * Ports whose calls count, over all processes that are started, and fail where `plan` says so. A call for pages or a stream
 * counts once for each of them; what a call answers with methods of its own, such as a draft, is wrapped like a port.
 */
export const makeFaults = (plan: readonly PlannedFault[], overtake: () => Promise<unknown>) => {
  const left = [...plan]
  const met: MetFault[] = []
  const reached = new Set<string>()
  const offered = new Set<string>()
  let calls = 0
  let last: string | undefined

  const nextFault = (kind: string): Fault | undefined => {
    const before = last
    last = kind
    reached.add(kind)
    calls += 1
    const [planned] = left
    if (planned?.nth !== calls) return undefined
    left.shift()
    calls = 0
    met.push({ kind, fault: planned.fault })
    // whoever dies between two calls dies after the one and before the other
    if (planned.fault === 'crash before' && before !== undefined)
      met.push({ kind: before, fault: 'crash after' })
    return planned.fault
  }

  const start = (): Process => {
    let dead = false
    const crash = (fault: Fault, kind: string) => new Crash(`${fault}: ${kind}`)

    /** Each call comes by here once, with the effect that it has. */
    const pass = async <Answer>(kind: string, run: () => Answer | Promise<Answer>): Promise<Answer> => {
      if (dead) throw new Crash(`a dead process calls ${kind}`)
      const fault = nextFault(kind)
      if (fault === 'overtaken') await overtake()
      dead ||= fault === 'crash before'
      if (fault === 'crash before') throw crash(fault, kind)
      const answer = await run()
      dead ||= fault === 'crash after'
      if (fault === 'crash after' || fault === 'answer lost') throw crash(fault, kind)
      return answer
    }

    async function* pages(kind: string, items: AsyncIterable<unknown>) {
      const iterator = items[Symbol.asyncIterator]()
      try {
        for (;;) {
          const { done, value } = await pass(kind, () => iterator.next())
          if (done) return
          yield value
        }
      } finally {
        await iterator.return?.()
      }
    }

    const wrapAnswer = (kind: string, answer: unknown): unknown => {
      if (isAsyncIterable(answer)) return pages(`${kind} …`, answer)
      return hasMethods(answer) ? wrap(`${kind}()`, answer) : answer
    }

    const wrap: Wrap = (name, port) => {
      for (const [member, value] of Object.entries(port))
        if (isMethod(value)) offered.add(`${name}.${member}`)
      return new Proxy(port, {
        get: (target, property, receiver) => {
          const member: unknown = Reflect.get(target, property, receiver)
          if (!isMethod(member)) return member
          const kind = `${name}.${String(property)}`
          const run = (given: unknown[]): unknown => Reflect.apply(member, target, given)
          const paged = (...given: unknown[]) => {
            const items = run(given)
            return isAsyncIterable(items) ? pages(kind, items) : items
          }
          const single = async (...given: unknown[]) =>
            wrapAnswer(kind, await pass(kind, async () => run(given)))
          return isPaged(member) ? paged : single
        },
      })
    }
    return { wrap, isDead: () => dead }
  }

  return {
    start,
    met,
    /** Kinds of calls that were made. */
    reached: reached as ReadonlySet<string>,
    /** Methods of every port that was wrapped. */
    offered: offered as ReadonlySet<string>,
    /** True once every planned fault has happened. */
    allHappened: () => left.length === 0,
  }
}

export type Faults = ReturnType<typeof makeFaults>
