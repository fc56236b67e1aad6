import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { digestRecords, makeDigester } from '../../shared/codec/digest.ts'
import { mergeRecords } from '../../shared/codec/merge-records.ts'
import type { ArchiveRecord } from '../../shared/domain/record.ts'
import { compareRecords, sameRecord } from '../../shared/domain/record.ts'
import { aRecord } from '../support/builders.ts'
import { collect } from './packing.ts'

/** Few ids, times and bodies, so that duplicates and versions are frequent. */
const fewRecords = fc.array(
  fc
    .record({
      id: fc.constantFrom('a', 'b', 'ab', '😀', '\ue000'),
      time: fc.integer({ min: 0, max: 2 }),
      body: fc.constantFrom('', 'x', 'y'),
      header: fc.constantFrom(null, '', 'h'),
      arrived: fc.integer({ min: 0, max: 9 }),
    })
    .map((parts) => aRecord(parts)),
  { maxLength: 25 },
)

async function* inBatches(records: readonly ArchiveRecord[], size: number, onClose = () => undefined) {
  try {
    for (let at = 0; at < records.length; at += size) {
      yield records.slice(at, at + size)
      yield []
    }
  } finally {
    onClose()
  }
}

const merge = (inputs: readonly (readonly ArchiveRecord[])[], size = 3, options = {}) =>
  collect(
    mergeRecords(
      inputs.map((records) => inBatches([...records].sort(compareRecords), size)),
      options,
    ),
  )

describe('the merge', () => {
  it('gives what sorting everything and dropping duplicates would', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fewRecords, { maxLength: 7 }),
        fc.integer({ min: 1, max: 5 }),
        async (inputs, size) => {
          const duplicates = makeDigester()
          const merged = await merge(inputs, size, { duplicates })
          const sorted = inputs.flat().sort(compareRecords)
          const isFirst = (record: ArchiveRecord, at: number) => {
            const before = sorted[at - 1]
            return before === undefined || !sameRecord(before, record)
          }
          expect(merged).toEqual(sorted.filter(isFirst))
          const dropped = sorted.filter((record, at) => !isFirst(record, at))
          expect(duplicates.value()).toEqual(digestRecords(dropped))
        },
      ),
      { numRuns: 300 },
    )
  })

  it('keeps the earliest arrival of a duplicate', async () => {
    const merged = await merge([
      [aRecord({ arrived: 9 })],
      [aRecord({ arrived: 3 })],
      [aRecord({ arrived: 5 })],
    ])
    expect(merged.map(({ arrived }) => arrived)).toEqual([3])
  })

  it('tells a header that is empty from none', async () => {
    const merged = await merge([[aRecord({ header: null })], [aRecord({ header: '' })]])
    expect(merged.length).toBe(2)
  })

  it('keeps two bodies under one id and time as two versions', async () => {
    const merged = await merge([[aRecord({ body: 'new' })], [aRecord({ body: 'old' })]])
    expect(merged.length).toBe(2)
  })

  it('refuses an input out of order', async () => {
    const wrong = inBatches([aRecord({ id: 'b' }), aRecord({ id: 'a' })], 1)
    await expect(collect(mergeRecords([wrong]))).rejects.toThrow('out of order')
  })

  it('holds one batch of each input and one of its own', async () => {
    let given = 0
    async function* endless(name: string) {
      for (let at = 0; ; at += 1) {
        given += 1000
        yield Array.from({ length: 1000 }, (_, row) =>
          aRecord({ id: `${String(at).padStart(6, '0')}-${String(row).padStart(4, '0')}-${name}` }),
        )
      }
    }
    let taken = 0
    for await (const batch of mergeRecords(['a', 'b', 'c', 'd'].map(endless))) {
      taken += batch.length
      expect(given - taken).toBeLessThanOrEqual(4 * 1000 + batch.length)
      if (taken > 50_000) break
    }
    expect(taken).toBeGreaterThan(50_000)
  })

  it('ends a batch early when its bodies are large', async () => {
    const large = Array.from({ length: 20 }, (_, at) =>
      aRecord({ id: `o-${10 + at}`, body: 'x'.repeat(2 ** 20) }),
    )
    const sizes: number[] = []
    for await (const batch of mergeRecords([inBatches(large, 1)])) sizes.push(batch.length)
    expect(sizes).toEqual([4, 4, 4, 4, 4])
  })

  it('closes its inputs when its reader stops early', async () => {
    let closed = 0
    const input = (id: string) =>
      inBatches(
        Array.from({ length: 9000 }, () => aRecord({ id })).map((record, at) => ({ ...record, time: at })),
        10,
        () => {
          closed += 1
          return undefined
        },
      )
    for await (const batch of mergeRecords([input('a'), input('b')])) if (batch.length > 0) break
    expect(closed).toBe(2)
  })
})
