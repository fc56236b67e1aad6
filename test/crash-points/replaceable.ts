import { isAsyncIterable, isPaged } from './faults.ts'

type Call = readonly [port: string, member: string, given: readonly unknown[]]

const memberOf = (ports: object, port: string, name: string | symbol): unknown => {
  const target: unknown = Reflect.get(ports, port)
  return typeof target === 'object' && target !== null ? Reflect.get(target, name) : undefined
}

/**
 * Ports that can be rolled back together to what they were after so many of their calls, as a table is that is restored from
 * an older backup. After none of them all is lost.
 */
export const makeReplaceable = <Ports extends Readonly<Record<string, object>>>(make: () => Ports) => {
  const calls: Call[] = []
  const first = make()
  let current = first

  /** Looked up at each call: whoever keeps a method must not keep what was replaced. */
  const call = ([port, name, given]: Call): unknown => {
    const member = memberOf(current, port, name)
    return typeof member === 'function' ? Reflect.apply(member, current, given) : undefined
  }

  const replaceable = (port: string, target: object) =>
    new Proxy(target, {
      get: (_, name) => {
        const member = memberOf(current, port, name)
        if (typeof member !== 'function') return member
        // what answers with pages only reads, and has to be seen to answer so
        if (isPaged(member))
          return async function* (...given: unknown[]) {
            const pages = call([port, String(name), given])
            if (isAsyncIterable(pages)) yield* pages
          }
        return (...given: unknown[]) => {
          calls.push([port, String(name), given])
          return call([port, String(name), given])
        }
      },
    })

  return {
    ports: new Proxy(first, {
      get: (target, name, receiver) => {
        const port: unknown = Reflect.get(target, name, receiver)
        return typeof port === 'object' && port !== null ? replaceable(String(name), port) : port
      },
    }),
    calls: () => calls.length,
    rollBack: async (count: number) => {
      current = make()
      calls.length = count
      for (const each of calls) await call(each)
    },
  }
}
