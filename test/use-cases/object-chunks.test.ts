import { describe, expect, test } from 'vitest'
import { DecompressionLimit, SourceCorrupt, type SourceItem } from '../../shared/codec/sources/source-item.ts'
import { type Chunk, chunksOf, isOfUsualSize } from '../../shared/use-cases/object-chunks.ts'

const NOTHING = { chunks: 0, rows: 0 }
const LIMIT = { items: 2, bytes: 1000 }

const aRow = (row: number): SourceItem => ({ kind: 'text', text: `{"n":${row}}`, header: null, row })

async function* batches(rows: readonly (readonly number[])[], error?: Error) {
  for (const batch of rows) yield batch.map(aRow)
  if (error !== undefined) throw error
}

/** The chunks that came out, and what ended them. */
const cut = async (source: AsyncIterable<readonly SourceItem[]>, passed = NOTHING) => {
  const chunks: Chunk[] = []
  try {
    for await (const chunk of chunksOf(source, passed, LIMIT)) chunks.push(chunk)
    return { chunks, error: undefined }
  } catch (error) {
    return { chunks, error }
  }
}

const rowsIn = ({ chunks }: { chunks: readonly Chunk[] }) =>
  chunks.map(({ index, items, lastRow, whole }) => [index, items.map(({ row }) => row), lastRow, whole])

describe('the chunks of an object', () => {
  test('end with the row that fills them, wherever its batches end', async () => {
    const whole = [
      [0, [1, 2], 2, true],
      [1, [3, 4], 4, true],
      [2, [5], 5, true],
    ]
    expect(rowsIn(await cut(batches([[1, 2, 3, 4, 5]])))).toEqual(whole)
    expect(rowsIn(await cut(batches([[1], [2, 3], [4, 5]])))).toEqual(whole)
    expect(rowsIn(await cut(batches([[1, 2, 3, 4, 5]]), { chunks: 1, rows: 2 }))).toEqual(whole.slice(1))
    expect(rowsIn(await cut(batches([[1, 2]]), { chunks: 1, rows: 2 }))).toEqual([])
  })

  test.each([new SourceCorrupt('damage'), new DecompressionLimit('a bomb')])(
    'that is damaged are given up to the damage: %s',
    async (damage) => {
      const found = await cut(batches([[1, 2, 3]], damage))
      expect(rowsIn(found)).toEqual([
        [0, [1, 2], 2, true],
        [1, [3], 3, false],
      ])
      expect(found.error).toBe(damage)
      expect(rowsIn(await cut(batches([[1, 2]], damage)))).toEqual([[0, [1, 2], 2, true]])
    },
  )

  test('whose reading fails are given as far as they are whole', async () => {
    const error = new Error('throttled')
    const found = await cut(batches([[1, 2, 3]], error))
    expect(rowsIn(found)).toEqual([[0, [1, 2], 2, true]])
    expect(found.error).toBe(error)
  })
})

test('a chunk is large where its last row is longer than a chunk is meant to be', () => {
  const aChunk = (items: readonly SourceItem[]): Chunk => ({ index: 0, items, lastRow: 1, whole: true })
  const long: SourceItem = { kind: 'text', text: 'x'.repeat(33 * 2 ** 20), header: null, row: 2 }
  expect(isOfUsualSize(aChunk([aRow(1), aRow(2)]))).toBe(true)
  expect(isOfUsualSize(aChunk([aRow(1), long]))).toBe(false)
})
