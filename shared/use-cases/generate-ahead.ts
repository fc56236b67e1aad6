/**
 * The same items in the same order, the next one being made while its reader is still at work on the one before, where `mayRun` allows
 * that. An error comes where the item would have come; a reader that stops early closes the source.
 */
export async function* generateAhead<Item>(
  source: AsyncGenerator<Item>,
  mayRun: (current: Item) => boolean,
): AsyncGenerator<Item> {
  const begin = () => {
    const next = source.next()
    // told to whoever asks for the item, and to nobody before
    next.catch(() => undefined)
    return next
  }
  let coming: Promise<IteratorResult<Item>> | undefined
  try {
    for (;;) {
      const { done, value } = await (coming ?? begin())
      coming = undefined
      if (done === true) return
      if (mayRun(value)) coming = begin()
      yield value
    }
  } finally {
    await source.return(undefined)
  }
}
