import { describe, expect, test } from 'vitest'
import { makeDynamoCanary } from '../../shared/adapters/aws/dynamo-canary.ts'
import { makeMemoryCanary } from '../../shared/adapters/memory/memory-canary.ts'
import { aCatalogTable } from '../support/a-catalog-table.ts'

describe.each([
  ['in memory', async () => makeMemoryCanary()],
  ['on AWS', async () => makeDynamoCanary(await aCatalogTable())],
])('the canaries on their way, %s', (_, open) => {
  test('are what was written last', async () => {
    const canaries = await open()
    expect(await canaries.read()).toBeUndefined()
    await canaries.write({ last: 1, open: [] })
    const state = {
      last: 7_200_000,
      open: [
        { hour: 3_600_000, sentAt: 3_600_001, rehydrationId: '01HRM7VBG00000000000000000' },
        { hour: 7_200_000, sentAt: 7_200_001, rehydrationId: null },
      ],
    }
    await canaries.write(state)
    expect(await canaries.read()).toEqual(state)
  })
})
