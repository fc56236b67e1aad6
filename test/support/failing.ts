import type { Wrap } from './archive-world.ts'

type Member = (...given: unknown[]) => unknown

/** Ports of which one method is replaced by another that may call it. */
export const replacing =
  (method: string, replace: (call: () => unknown, argument: unknown) => unknown): Wrap =>
  (port) =>
    new Proxy(port, {
      get: (target, property, receiver) => {
        const member: unknown = Reflect.get(target, property, receiver)
        if (property !== method || typeof member !== 'function') return member
        const replaced: Member = (...given) => replace(() => Reflect.apply(member, target, given), given[0])
        return replaced
      },
    })

/** Ports of which one method answers with an error wherever `when` says so of its first argument. */
export const failing = (method: string, when: (argument: unknown) => boolean = () => true): Wrap =>
  replacing(method, (call, argument) => {
    if (when(argument)) throw new Error(`${method} failed`)
    return call()
  })

/** Ports before whose first call of a method something else happens. */
export const meanwhile = (method: string, happens: () => Promise<unknown>): Wrap => {
  let happened = false
  return replacing(method, async (call) => {
    if (!happened) {
      happened = true
      await happens()
    }
    return call()
  })
}
