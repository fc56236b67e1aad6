import { describe, expect, test } from 'vitest'
import { anApi, RECORD, REQUEST } from '../support/an-api.ts'
import { aRecord } from '../support/builders.ts'

const A_RECORD = { path: { dataset: 'orders', id: 'o-1' } }

const anApiWithARecord = async () => {
  const api = anApi()
  await api.world.land([aRecord({ id: 'o-1', body: '{"n":1}' })])
  const first = await api.call(RECORD, A_RECORD)
  return { ...api, first, etag: first.headers.etag ?? '' }
}

describe('what was got', () => {
  test('bears an ETag, and may be kept by the caller alone', async () => {
    const { first, etag } = await anApiWithARecord()
    expect(etag).toMatch(/^"[\w-]{32}"$/)
    expect(first).toMatchObject({ statusCode: 200, headers: { 'cache-control': 'private, no-cache' } })
  })

  test.each([
    ['the tag', (etag: string) => etag],
    ['the tag, weak', (etag: string) => `W/${etag}`],
    ['one of several', (etag: string) => `"other", ${etag}`],
    ['any', () => ' * '],
  ])('is not sent again to one who has it (%s)', async (_, header) => {
    const { call, etag } = await anApiWithARecord()
    const again = await call(RECORD, { ...A_RECORD, headers: { 'If-None-Match': header(etag) } })
    expect(again).toMatchObject({ statusCode: 304, body: '', isBase64Encoded: false, headers: { etag } })
    expect(again.headers).not.toHaveProperty('content-type')
  })

  test.each(['"other"', 'no tag at all', '', '"'])(
    'is sent to one who has something else (%j)',
    async (header) => {
      const { call, first } = await anApiWithARecord()
      const again = await call(RECORD, { ...A_RECORD, headers: { 'if-none-match': header } })
      expect(again).toEqual(first)
    },
  )

  test('has another ETag once it is something else', async () => {
    const { call, world, etag } = await anApiWithARecord()
    await world.land([aRecord({ id: 'o-1', body: '{"n":2}', version: '2' })])
    const again = await call(RECORD, { ...A_RECORD, headers: { 'if-none-match': etag } })
    expect(again).toMatchObject({ statusCode: 200, text: '{"n":2}' })
  })
})

describe('no ETag has', () => {
  test('an error', async () => {
    const { call } = anApi()
    const missing = await call(RECORD, { ...A_RECORD, headers: { 'if-none-match': '*' } })
    expect(missing).toMatchObject({ statusCode: 404, headers: { 'cache-control': 'no-store' } })
    expect(missing.headers).not.toHaveProperty('etag')
  })

  test('what a request brought about', async () => {
    const { call } = await anApiWithARecord()
    const quoted = await call('POST /quotes', { body: { dataset: 'orders', select: REQUEST.select } })
    expect(quoted.headers).not.toHaveProperty('etag')
  })
})
