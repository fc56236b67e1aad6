import type { Draw } from './draw.ts'
import type { Tally } from './tally.ts'

export type Message<Body> = { readonly id: string; readonly body: Body; readonly sentAt: number }

/** A queue as SQS is one: every message is delivered at least once, in any order, in any company, and perhaps much later. */
export type Queue<Body> = {
  readonly name: string
  send(bodies: readonly Body[]): Promise<void>
  /** Up to that many messages that can be seen now, which are then hidden for a while. */
  receive(most: number): readonly Message<Body>[]
  acknowledge(id: string): void
  /** All that is not acknowledged. */
  bodies(): readonly Body[]
  isVisible(): boolean
  /** No more doubles; what waits can be seen at once. */
  calm(): void
}

type Options = {
  readonly name: string
  readonly now: () => number
  readonly draw: Draw
  readonly tally: Tally
  readonly visibility: number
}

const HOUR = 3_600_000
const LATE = [0, HOUR, 24 * HOUR, 14 * 24 * HOUR]
const DOUBLES = 0.1

export const makeQueue = <Body>({ name, now, draw, tally, visibility }: Options): Queue<Body> => {
  const waiting = new Map<string, { readonly message: Message<Body>; visibleAt: number }>()
  let sent = 0
  let calm = false

  const put = (body: Body, delay: number) => {
    sent += 1
    const id = `${name}-${sent}`
    waiting.set(id, { message: { id, body, sentAt: now() }, visibleAt: now() + delay })
  }
  const happens = (what: string) => {
    const doubled = !calm && draw.chance(DOUBLES)
    if (doubled) tally.count(`${name} queue`, what)
    return doubled
  }
  const visible = () => [...waiting.values()].filter(({ visibleAt }) => visibleAt <= now())

  return {
    name,
    send: async (bodies) => {
      for (const body of bodies) put(body, 0)
    },
    receive: (most) => {
      const all = visible()
      const batch = Array.from({ length: Math.min(most, all.length) }, () => {
        const [one] = all.splice(draw.below(all.length), 1)
        return one === undefined ? [] : [one]
      }).flat()
      // a double: another receiver may get the same message at this very moment
      for (const one of batch) if (!happens('delivered twice at once')) one.visibleAt = now() + visibility
      return batch.map(({ message }) => message)
    },
    acknowledge: (id) => {
      const one = waiting.get(id)
      waiting.delete(id)
      if (one === undefined || !happens('delivered after it was acknowledged')) return
      waiting.set(id, { ...one, visibleAt: now() + (draw.pick(LATE) ?? 0) })
    },
    bodies: () => [...waiting.values()].map(({ message }) => message.body),
    isVisible: () => visible().length > 0,
    calm: () => {
      calm = true
      for (const one of waiting.values()) one.visibleAt = now()
    },
  }
}
