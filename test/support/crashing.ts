/** What a call of a port throws when the process is said to have died there, or its answer to be lost. */
export class Crash extends Error {
  override readonly name = 'Crash'
}

/**
 * `before`, `after`: the process dies at the nth call, before or after its effect. `answer lost`: the effect is there, the
 * caller sees an error, and the process lives on.
 */
export const FAULTS = ['before', 'after', 'answer lost'] as const
export type Fault = (typeof FAULTS)[number]

export type CrashPoint = {
  /** Wraps a port, so that its calls count and can fail. */
  wrap<Port extends object>(port: Port): Port
  /** True once the fault has happened. */
  happened(): boolean
}

const isAsyncIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value

/** A fault at the nth call, from 1, of all that is wrapped together. */
export const makeCrashPoint = (nth: number, fault: Fault): CrashPoint => {
  let calls = 0
  let died = false
  const crash = () => new Crash(`${fault} call ${nth}`)

  async function* failingAtEnd(items: AsyncIterable<unknown>) {
    yield* items
    throw crash()
  }

  const call = (run: () => unknown): unknown => {
    if (died) throw crash()
    calls += 1
    if (calls !== nth) return run()
    died = fault !== 'answer lost'
    if (fault === 'before') throw crash()
    const answer = run()
    if (isAsyncIterable(answer)) return failingAtEnd(answer)
    return Promise.resolve(answer).then(() => {
      throw crash()
    })
  }

  return {
    wrap: (port) =>
      new Proxy(port, {
        get: (target, property, receiver) => {
          const member: unknown = Reflect.get(target, property, receiver)
          if (typeof member !== 'function') return member
          return (...given: unknown[]) => call(() => Reflect.apply(member, target, given))
        },
      }),
    happened: () => calls >= nth,
  }
}

/**
 * Runs `attempt` with every fault at every call, from the first on, until it comes through without meeting it.
 * Answers how many calls there were to fail at.
 */
export const crashEverywhere = async (attempt: (point: CrashPoint, name: string) => Promise<void>) => {
  let most = 0
  for (const fault of FAULTS)
    for (let nth = 1; ; nth += 1) {
      const point = makeCrashPoint(nth, fault)
      await attempt(point, `${fault} call ${nth}`)
      if (!point.happened()) break
      most = Math.max(most, nth)
    }
  return most
}

/** A crash, or several at once. */
export const isCrash = (error: unknown): boolean =>
  error instanceof Crash || (error instanceof AggregateError && error.errors.every(isCrash))

/** Whether `work` ends in a crash. Any other error passes. */
export const crashes = async (work: () => Promise<unknown>): Promise<boolean> => {
  try {
    await work()
    return false
  } catch (error) {
    if (isCrash(error)) return true
    throw error
  }
}
