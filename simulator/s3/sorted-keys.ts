/**
 * Order of S3's lists: that of the keys' UTF-8 bytes, which is the order of code points. JavaScript's own compares
 * UTF-16 units, and puts a surrogate pair (U+10000 and up) before U+E000 to U+FFFF.
 */
export const compareKeys = (a: string, b: string): number => {
  if (a === b) return 0
  const length = Math.min(a.length, b.length)
  let at = 0
  while (at < length && a.charCodeAt(at) === b.charCodeAt(at)) at++
  if (at === length) return a.length - b.length
  const rank = (unit: number) => (unit >= 0xe000 ? unit - 0x2000 : unit >= 0xd800 ? unit + 0x2000 : unit)
  return rank(a.charCodeAt(at)) - rank(b.charCodeAt(at))
}

const CHUNK = 512

export type SortedKeys = {
  add(key: string): void
  delete(key: string): void
  /** Keys in order, from the first that `isBefore` refuses; it must hold for all keys up to some point, then for none. */
  from(isBefore: (key: string) => boolean): Generator<string>
}

/** The first index of a sorted list that `isBefore` refuses. */
const firstNotBefore = <T>(list: readonly T[], isBefore: (item: T) => boolean): number => {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >> 1
    const item = list[middle]
    if (item !== undefined && isBefore(item)) low = middle + 1
    else high = middle
  }
  return low
}

/** A sorted set in chunks, so that neither adding nor deleting moves more than some hundred keys. */
export const makeSortedKeys = (): SortedKeys => {
  const chunks: string[][] = []
  const isChunkBefore = (isBefore: (key: string) => boolean) => (chunk: string[]) => {
    const last = chunk.at(-1)
    return last !== undefined && isBefore(last)
  }
  const locate = (isBefore: (key: string) => boolean) => {
    const chunkIndex = firstNotBefore(chunks, isChunkBefore(isBefore))
    return { chunkIndex, index: firstNotBefore(chunks[chunkIndex] ?? [], isBefore) }
  }

  return {
    add: (key) => {
      const { chunkIndex, index } = locate((other) => compareKeys(other, key) < 0)
      const chunk = chunks[chunkIndex] ?? chunks.at(-1)
      if (chunk === undefined) {
        chunks.push([key])
        return
      }
      const at = chunks[chunkIndex] === undefined ? chunk.length : index
      if (chunk[at] === key) return
      chunk.splice(at, 0, key)
      if (chunk.length > CHUNK) chunks.splice(chunks.indexOf(chunk) + 1, 0, chunk.splice(CHUNK / 2))
    },
    delete: (key) => {
      const { chunkIndex, index } = locate((other) => compareKeys(other, key) < 0)
      const chunk = chunks[chunkIndex]
      if (chunk?.[index] !== key) return
      chunk.splice(index, 1)
      if (chunk.length === 0) chunks.splice(chunkIndex, 1)
    },
    *from(isBefore) {
      const { chunkIndex, index } = locate(isBefore)
      for (let current = chunkIndex; current < chunks.length; current++) {
        const chunk = chunks[current] ?? []
        for (let at = current === chunkIndex ? index : 0; at < chunk.length; at++) {
          const key = chunk[at]
          if (key !== undefined) yield key
        }
      }
    },
  }
}
