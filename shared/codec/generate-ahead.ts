/**
 * The same items in the same order, the next one being made while its reader is still at work on the one before, where `mayRun` allows
 * that. An error comes where the item would have come; a reader that stops early closes the source.
 */
export async function* generateAhead<Item>(
  source: AsyncGenerator<Item>,
  mayRun: (current: Item) => boolean,
): AsyncGenerator<Item> {
  // an error is told to whoever asks for the item, and to nobody before
  const begin = () => Promise.allSettled([source.next()])
  let coming: ReturnType<typeof begin> | undefined
  try {
    for (;;) {
      const [next] = await (coming ?? begin())
      coming = undefined
      if (next.status === 'rejected') throw next.reason
      const { done, value } = next.value
      if (done === true) return
      if (mayRun(value)) coming = begin()
      yield value
    }
  } finally {
    await source.return(undefined)
  }
}
