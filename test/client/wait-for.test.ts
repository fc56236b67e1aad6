import { expect, test } from 'vitest'
import { aFakeApi, aProblem, aRehydrationAnswer, type Reply } from './a-fake-api.ts'

const answer = (status: string, parts: object = {}): Reply => ({
  status: 200,
  json: aRehydrationAnswer(status, parts),
})
const id = '01HRM2Y6V00000000000000000'

test.each(['completed', 'failed', 'cancelled'])(
  'a rehydration is waited for until it is %s',
  async (last) => {
    const { client, sent } = aFakeApi([
      answer('accepted'),
      answer('thawing'),
      answer('hydrating'),
      answer(last),
    ])
    const seen: string[] = []
    const { status } = await client.waitFor(id, { onProgress: (now) => void seen.push(now.status) })
    expect(status).toBe(last)
    expect(seen).toEqual(['accepted', 'thawing', 'hydrating', last])
    expect(sent.map(({ url }) => url.pathname)).toEqual(Array(4).fill(`/stage/rehydrations/${id}`))
  },
)

test('looks become rarer, and never rarer than is asked for', async () => {
  const { client, pauses } = aFakeApi([...Array<Reply>(30).fill(answer('thawing')), answer('completed')])
  await client.waitFor(id, { longestPauseMs: 7000 })
  expect(pauses[0]).toBe(1000)
  expect(pauses).toEqual(pauses.toSorted((a, b) => a - b))
  expect(pauses.at(-1)).toBe(7000)
})

test('a network that is away for a while does not end the wait, and one that stays away does', async () => {
  // each look is five tries
  const away = Array<Reply>(50).fill({ unreachable: 'ENOTFOUND' })
  const { client } = aFakeApi([answer('thawing'), ...away, answer('completed')])
  expect(await client.waitFor(id)).toMatchObject({ status: 'completed' })
  const gone = aFakeApi(Array(200).fill({ unreachable: 'ENOTFOUND' }))
  await expect(gone.client.waitFor(id)).rejects.toMatchObject({ code: 'ENOTFOUND' })
})

test('a rehydration that is not there ends the wait at once', async () => {
  const { client, sent } = aFakeApi([aProblem(404, 'unknown-rehydration')])
  await expect(client.waitFor(id)).rejects.toMatchObject({ name: 'unknown-rehydration' })
  expect(sent).toHaveLength(1)
})

test('a wait can be given up', async () => {
  const { client } = aFakeApi(Array(99).fill(answer('thawing')))
  const stop = new AbortController()
  const onProgress = () => stop.abort(new Error('enough'))
  await expect(client.waitFor(id, { onProgress, signal: stop.signal })).rejects.toThrow('enough')
})
