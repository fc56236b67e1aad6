/** What comes of items, in their order, each when it is asked for. */
export function* oneByOne<Item, Made>(items: readonly Item[], work: (item: Item) => Made): Generator<Made> {
  for (const item of items) yield work(item)
}

/**
 * The same, but when what came of one is given out the work on the next has begun. Errors come in their turn, after which nothing more
 * is begun. Whoever stops early waits for what is under way.
 */
export async function* oneAhead<Item, Made>(
  items: readonly Item[],
  work: (item: Item) => Promise<Made>,
): AsyncGenerator<Made> {
  const begin = (at: number) => Promise.allSettled(items.slice(at, at + 1).map(work))
  let under = begin(0)
  try {
    for (let at = 1; at <= items.length; at += 1) {
      for (const made of await under) {
        if (made.status === 'rejected') throw made.reason
        under = begin(at)
        yield made.value
      }
    }
  } finally {
    await under
  }
}
