import type { Wrap } from './archive-world.ts'

/** Ports of which one method answers with an error wherever `when` says so of its first argument. */
export const failing =
  (method: string, when: (argument: unknown) => boolean = () => true): Wrap =>
  (port) =>
    new Proxy(port, {
      get: (target, property, receiver) => {
        const member: unknown = Reflect.get(target, property, receiver)
        if (property !== method || typeof member !== 'function') return member
        return (...given: unknown[]) => {
          if (when(given[0])) throw new Error(`${method} failed`)
          return Reflect.apply(member, target, given)
        }
      },
    })
