import type { Draw } from './draw.ts'
import type { Chaos } from './faults.ts'

export type Message<Body> = { readonly id: string; readonly body: Body; readonly sentAt: number }

/** A queue as SQS is one: every message is delivered at least once, in any order, in any company, and perhaps much later. */
export type Queue<Body> = {
  readonly name: string
  send(body: Body): void
  /** Up to that many messages that can be seen now, which are then hidden for a while. */
  receive(most: number, draw: Draw): readonly Message<Body>[]
  acknowledge(message: Message<Body>): void
  /** All that is not acknowledged. */
  bodies(): readonly Body[]
  isVisible(): boolean
  /** What waits can be seen at once. */
  show(): void
}

type Options<Body> = {
  readonly name: string
  readonly now: () => number
  readonly chaos: Chaos
  /** How likely a message comes twice. */
  readonly doubled: number
  readonly visibility: number
  /** A message that was received so often without being done is given up; null: none ever is. */
  readonly mostReceives: number | null
  readonly giveUp?: (message: Message<Body>, receives: number) => void
  /** Names a body, so that the same message has the same name in every run. */
  readonly label: (body: Body) => string
  readonly changed?: () => void
}

type Waiting<Body> = { readonly message: Message<Body>; visibleAt: number; received: number }

const HOUR = 3_600_000
const LATE = [0, HOUR, 24 * HOUR, 14 * 24 * HOUR]

export const makeQueue = <Body>(options: Options<Body>): Queue<Body> => {
  const { name, now, chaos, doubled, visibility, mostReceives, giveUp, label, changed } = options
  const waiting = new Map<string, Waiting<Body>>()
  const sent = new Map<string, number>()
  const where = `${name} queue`
  const visible = () => [...waiting.values()].filter(({ visibleAt }) => visibleAt <= now())

  /** As SQS does it: when it would be received once more. */
  const giveUpOn = (exhausted: readonly Waiting<Body>[]) => {
    for (const { message, received } of exhausted) {
      giveUp?.(message, received)
      waiting.delete(message.id)
    }
  }

  return {
    name,
    send: (body) => {
      const named = label(body)
      const count = (sent.get(named) ?? 0) + 1
      sent.set(named, count)
      const id = `${name} ${named}${count === 1 ? '' : ` #${count}`}`
      waiting.set(id, { message: { id, body, sentAt: now() }, visibleAt: now(), received: 0 })
    },
    receive: (most, draw) => {
      const isExhausted = ({ received }: Waiting<Body>) => mostReceives !== null && received >= mostReceives
      giveUpOn(visible().filter(isExhausted))
      const all = visible()
      const batch: Waiting<Body>[] = []
      while (batch.length < most && all.length > 0) batch.push(...all.splice(draw.below(all.length), 1))
      for (const one of batch) {
        one.received += 1
        // a double: another receiver may get the same message at this very moment
        if (
          !chaos.happens(`${one.message.id} twice ${one.received}`, where, 'delivered twice at once', doubled)
        )
          one.visibleAt = now() + visibility
      }
      return batch.map(({ message }) => message)
    },
    acknowledge: (message) => {
      const one = waiting.get(message.id)
      if (one === undefined) return
      waiting.delete(message.id)
      changed?.()
      const again = `${message.id} again ${one.received}`
      if (!chaos.happens(again, where, 'delivered after it was acknowledged', doubled)) return
      waiting.set(message.id, { ...one, visibleAt: now() + (LATE[one.received % LATE.length] ?? 0) })
    },
    bodies: () => [...waiting.values()].map(({ message }) => message.body),
    isVisible: () => {
      for (const { visibleAt } of waiting.values()) if (visibleAt <= now()) return true
      return false
    },
    show: () => {
      for (const one of waiting.values()) one.visibleAt = Math.min(one.visibleAt, now())
    },
  }
}
