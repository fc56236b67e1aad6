/** Longer than any function runs: then a message that was not acknowledged is seen again. */
export const VISIBILITY = 30 * 60_000

export type Message<Body> = { readonly id: string; readonly sentAt: number; readonly body: Body }

/** A queue as SQS is one: what is received stays, out of sight for a while, until it is acknowledged. */
export const makeTaskQueue = <Body>(name: string, now: () => number) => {
  const messages = new Map<string, Message<Body>>()
  const visibleAt = new Map<string, number>()
  let count = 0
  return {
    name,
    send: async (bodies: readonly Body[]) => {
      for (const body of bodies) {
        count += 1
        const id = `${name}-${count}`
        messages.set(id, { id, sentAt: now(), body })
      }
    },
    /** Up to `most` messages, those first that were sent first. */
    receive: (most: number): readonly Message<Body>[] => {
      const visible = [...messages.values()].filter(({ id }) => (visibleAt.get(id) ?? 0) <= now())
      const received = visible.slice(0, most)
      for (const { id } of received) visibleAt.set(id, now() + VISIBILITY)
      return received
    },
    acknowledge: async (id: string) => {
      messages.delete(id)
    },
    all: (): readonly Message<Body>[] => [...messages.values()],
    lose: () => messages.clear(),
  }
}

export type TaskQueue<Body> = ReturnType<typeof makeTaskQueue<Body>>
