import { expect, test } from 'vitest'
import { wrongWith } from './judge.ts'
import { type Billed, runQuotes } from './run-quotes.ts'

/** `npm run quotes` tries a thousand, and others than these. */
const TIMES = 200

test('what is billed is never more than was quoted, and not far below what can be known; what is owed is delivered', async () => {
  const all: Billed[] = []
  // whatever is delivered that is not owed, and what is owed and not delivered, is thrown there
  for await (const billed of runQuotes({ seed: 1, times: TIMES })) {
    all.push(billed)
    expect(wrongWith(billed)).toBeUndefined()
  }
  expect(all).toHaveLength(TIMES)
  const firm = all.filter(({ kind }) => kind === 'firm')
  // of every kind and tier there were some, and something was thawed
  expect(firm.length).toBeGreaterThan(TIMES / 2)
  expect(new Set(all.map(({ kind, tier }) => `${kind} ${tier}`)).size).toBeGreaterThanOrEqual(7)
  const metered = new Set(all.flatMap(({ lines }) => [...lines.keys()]))
  for (const line of [
    's3.restore-request.GLACIER.Standard',
    's3.restore-gb.DEEP_ARCHIVE.Bulk',
    's3.storage.restored-copy',
    's3.retrieval-gb.GLACIER_IR',
    's3.put.STANDARD',
    'dynamodb.write-unit',
    'sqs.request',
  ])
    expect(metered).toContain(line)
})
