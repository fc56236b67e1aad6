import { expect, test } from 'vitest'
import { makeMemoryScratch } from '../../shared/adapters/memory/memory-scratch.ts'
import { digestRecords } from '../../shared/codec/digest.ts'
import { emptyBooks } from '../../shared/domain/commit.ts'
import { makeSealedFiles } from '../../shared/use-cases/pack-sealed.ts'
import { aDataset, aRecord, NOON } from '../support/builders.ts'

const sealedFiles = async () => {
  let made = 0
  return makeSealedFiles({
    ref: { dataset: 'orders', partition: '2024-03-10' },
    dataset: aDataset(),
    folder: await makeMemoryScratch().folder(),
    createdAt: NOON,
    makeId: () => {
      made += 1
      return `01HRKZ0000000000000000000${made}`
    },
    inputs: {},
    books: emptyBooks,
  })
}

test('of no records there is no sealed file, not even an empty one', async () => {
  const files = await sealedFiles()
  expect(await files.finish()).toEqual([])
  const abandoned = await sealedFiles()
  await expect(abandoned.abandon()).resolves.toBeUndefined()
})

test('of a few records there is one, with all of them', async () => {
  const files = await sealedFiles()
  const records = [aRecord({ id: 'a' }), aRecord({ id: 'b' })]
  await files.write(records)
  expect(await files.finish()).toMatchObject([{ packed: { records: digestRecords(records) } }])
})
