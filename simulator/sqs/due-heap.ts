/** A min-heap of items by due time; among equal times, in the order of insertion. */
export type DueHeap<T> = {
  push(at: number, item: T): void
  /** The earliest entry, without taking it. */
  peek(): { readonly at: number; readonly item: T } | undefined
  pop(): void
  size(): number
  /** Forget every entry that `isLive` refuses: callers leave entries behind when an item's plan changes. */
  retain(isLive: (at: number, item: T) => boolean): void
}

type Entry<T> = { readonly at: number; readonly order: number; readonly item: T }

const isBefore = <T>(left: Entry<T>, right: Entry<T>) =>
  left.at < right.at || (left.at === right.at && left.order < right.order)

export const makeDueHeap = <T>(): DueHeap<T> => {
  let entries: Entry<T>[] = []
  let order = 0

  const siftUp = (entry: Entry<T>) => {
    let index = entries.length
    while (index > 0) {
      const parentIndex = (index - 1) >> 1
      const parent = entries[parentIndex]
      if (parent === undefined || !isBefore(entry, parent)) break
      entries[index] = parent
      index = parentIndex
    }
    entries[index] = entry
  }

  const siftDown = (entry: Entry<T>) => {
    let index = 0
    for (;;) {
      const left = entries[2 * index + 1]
      if (left === undefined) break
      const right = entries[2 * index + 2]
      const rightFirst = right !== undefined && isBefore(right, left)
      const child = rightFirst ? right : left
      if (!isBefore(child, entry)) break
      entries[index] = child
      index = 2 * index + (rightFirst ? 2 : 1)
    }
    entries[index] = entry
  }

  return {
    push: (at, item) => siftUp({ at, order: order++, item }),
    peek: () => entries[0],
    pop: () => {
      const last = entries.pop()
      if (last !== undefined && entries.length > 0) siftDown(last)
    },
    size: () => entries.length,
    retain: (isLive) => {
      // A sorted array is a heap.
      entries = entries
        .filter(({ at, item }) => isLive(at, item))
        .sort((left, right) => (isBefore(left, right) ? -1 : 1))
    },
  }
}
