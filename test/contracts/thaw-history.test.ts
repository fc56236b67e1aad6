import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { describe, expect, test } from 'vitest'
import { makeDynamoThawHistory } from '../../shared/adapters/aws/dynamo-thaw-history.ts'
import { makeMemoryThawHistory } from '../../shared/adapters/memory/memory-thaw-history.ts'
import { ARCHIVE_CLASSES, offersTier, RETRIEVAL_TIERS } from '../../shared/domain/storage-class.ts'
import {
  HISTORY_PLACES,
  HISTORY_SHARES,
  type SeenThaw,
  THAW_SIZES,
  type ThawSample,
} from '../../shared/domain/thaw-sample.ts'
import { aCatalogTable } from '../support/a-catalog-table.ts'
import { NOON } from '../support/builders.ts'

const aThaw = (parts: Partial<SeenThaw> = {}): SeenThaw => ({
  storageClass: 'GLACIER',
  tier: 'Standard',
  size: 'large',
  took: 4,
  at: NOON + 4,
  segmentId: 'a',
  requestedAt: NOON,
  ...parts,
})

const sampleOf = ({ segmentId: _, requestedAt: __, ...sample }: SeenThaw): ThawSample => sample

describe.each([
  ['in memory', async () => makeMemoryThawHistory()],
  ['on AWS', async () => makeDynamoThawHistory(await aCatalogTable())],
])('the history of thaws, %s', (_, open) => {
  test('is empty at first, and then has what was noted', async () => {
    const history = await open()
    expect(await history.read()).toEqual([])
    await history.note(aThaw())
    expect(await history.read()).toEqual([sampleOf(aThaw())])
  })

  test('has a thaw once that was noted twice', async () => {
    const history = await open()
    await Promise.all([history.note(aThaw()), history.note(aThaw())])
    await history.note(aThaw({ took: 5 }))
    expect(await history.read()).toEqual([sampleOf(aThaw({ took: 5 }))])
  })

  test('keeps every class, tier and size apart', async () => {
    const history = await open()
    const thaws = ARCHIVE_CLASSES.flatMap((storageClass) =>
      RETRIEVAL_TIERS.filter((tier) => offersTier(storageClass, tier)).flatMap((tier) =>
        THAW_SIZES.map((size) => aThaw({ storageClass, tier, size })),
      ),
    )
    for (const thaw of thaws) await history.note(thaw)
    const all = await history.read()
    expect(all).toHaveLength(thaws.length)
    expect(all).toEqual(expect.arrayContaining(thaws.map(sampleOf)))
  })

  test('is bounded, and goes on taking the newest', async () => {
    const history = await open()
    const most = HISTORY_SHARES * HISTORY_PLACES
    const thaws = Array.from({ length: 6 * most }, (_unused, index) =>
      aThaw({ segmentId: `segment ${index}`, took: index }),
    )
    for (const thaw of thaws) await history.note(thaw)
    const all = await history.read()
    expect(all.length).toBeLessThanOrEqual(most)
    // a place that none of so many comes to is rare
    expect(all.length).toBeGreaterThan(0.95 * most)
    expect(all.map(({ took }) => took)).toContain(thaws.length - 1)
    expect(all.filter(({ took }) => took < 4 * most).length).toBeLessThan(0.3 * most)
  })
})

test('what a version noted that told other sizes apart is passed over', async () => {
  const table = await aCatalogTable()
  const history = makeDynamoThawHistory(table)
  await history.note(aThaw())
  const { storageClass, tier, took, at } = aThaw()
  const Item = {
    pk: `T#${storageClass}#${tier}#0`,
    sk: 'medium#7',
    storageClass,
    tier,
    size: 'medium',
    took,
    at,
  }
  await table.documents.send(new PutCommand({ TableName: table.table, Item }))
  expect(await history.read()).toEqual([sampleOf(aThaw())])
})
