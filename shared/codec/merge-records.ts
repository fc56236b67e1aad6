import type { ArchiveRecord } from '../domain/record.ts'
import { bodySize, compareRecords, sameRecord } from '../domain/record.ts'
import type { Digester } from './digest.ts'

type Cursor = {
  batch: readonly ArchiveRecord[]
  at: number
  head: ArchiveRecord
  batches: AsyncIterator<ArchiveRecord[]>
}

/** A batch goes out when it has this many records, or this much text. */
const BATCH = { records: 4096, characters: 4 * 1024 * 1024 }

const nextBatch = async (batches: AsyncIterator<ArchiveRecord[]>) => {
  for (;;) {
    const { done, value } = await batches.next()
    if (done === true) return undefined
    const head = value[0]
    if (head !== undefined) return { batch: value, at: 0, head, batches }
  }
}

/** Restores the heap below `at`: the cursor with the least head is at 0. */
const sink = (heap: Cursor[], at: number) => {
  const moving = heap[at]
  if (moving === undefined) return
  let place = at
  for (;;) {
    let child = 2 * place + 1
    let least = heap[child]
    if (least === undefined) break
    const right = heap[child + 1]
    if (right !== undefined && compareRecords(right.head, least.head) < 0) {
      least = right
      child += 1
    }
    if (compareRecords(moving.head, least.head) <= 0) break
    heap[place] = least
    place = child
  }
  heap[place] = moving
}

/**
 * Merges inputs that are each in the order of `compareRecords` into one in that order. Of records that are the same, the one
 * that arrived first is kept; the others go to `duplicates`. An input out of order is an error.
 * Memory: one batch of each input and one of the output. Inputs are closed at the end, also when the reader stops early.
 */
export async function* mergeRecords(
  inputs: readonly AsyncIterable<ArchiveRecord[]>[],
  options: { duplicates?: Pick<Digester, 'add'> } = {},
): AsyncGenerator<ArchiveRecord[]> {
  const iterators = inputs.map((input) => input[Symbol.asyncIterator]())
  try {
    const cursors = await Promise.all(iterators.map(nextBatch))
    const heap = cursors.filter((cursor) => cursor !== undefined)
    for (let at = heap.length >> 1; at >= 0; at -= 1) sink(heap, at)
    let last: ArchiveRecord | undefined
    let batch: ArchiveRecord[] = []
    let characters = 0
    for (let top = heap[0]; top !== undefined; top = heap[0]) {
      const record = top.head
      if (last !== undefined && compareRecords(last, record) > 0)
        throw new Error('merge: an input is out of order')
      if (last !== undefined && sameRecord(last, record)) options.duplicates?.add(record)
      else {
        batch.push(record)
        characters += bodySize(record)
        last = record
      }
      top.at += 1
      const next = top.batch[top.at]
      if (next !== undefined) top.head = next
      else {
        const following = await nextBatch(top.batches)
        if (following !== undefined) heap[0] = following
        else {
          const replacement = heap.pop()
          if (replacement !== undefined && heap.length > 0) heap[0] = replacement
        }
      }
      sink(heap, 0)
      if (batch.length >= BATCH.records || characters >= BATCH.characters) {
        yield batch
        batch = []
        characters = 0
      }
    }
    if (batch.length > 0) yield batch
  } finally {
    await Promise.all(iterators.map((iterator) => iterator.return?.()))
  }
}
