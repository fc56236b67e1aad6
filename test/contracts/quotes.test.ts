import { describe, expect, test } from 'vitest'
import { makeDynamoQuotes } from '../../shared/adapters/aws/dynamo-quotes.ts'
import { makeMemoryQuotes } from '../../shared/adapters/memory/memory-quotes.ts'
import { aCatalogTable } from '../support/a-catalog-table.ts'
import { aStoredQuote } from '../support/a-stored-quote.ts'

describe.each([
  ['in memory', async () => makeMemoryQuotes()],
  ['on AWS', async () => makeDynamoQuotes(await aCatalogTable())],
])('quotes, %s', (_, open) => {
  test('are found as they were made, each by its id', async () => {
    const quotes = await open()
    const quote = aStoredQuote()
    const other = aStoredQuote({
      id: '01HRKZ00000000000000000002',
      of: { ...quote.of, destination: null, columns: ['id', 'body'], keepDays: 7 },
      fixed: 1 / 3e9,
    })
    await quotes.create(quote)
    await quotes.create(other)
    expect(await quotes.find(quote.id)).toEqual(quote)
    expect(await quotes.find(other.id)).toEqual(other)
    expect(await quotes.find('01HRKZ00000000000000000003')).toBeUndefined()
  })

  test('are the same when they are made again', async () => {
    const quotes = await open()
    await quotes.create(aStoredQuote())
    await quotes.create(aStoredQuote())
    expect(await quotes.find(aStoredQuote().id)).toEqual(aStoredQuote())
  })

  test('change with nobody who holds them', async () => {
    const quotes = await open()
    const quote = { ...aStoredQuote() }
    await quotes.create(quote)
    quote.fixed = 99
    expect((await quotes.find(quote.id))?.fixed).toBe(0.25)
  })
})
