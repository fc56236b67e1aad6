import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeCliRunner } from '../support/run-icecore.ts'

const DAY = 86_400_000
const dateOf = (daysAgo: number) => new Date(Date.now() - daysAgo * DAY).toISOString()

const segment = (number: number, daysAgo: number, parts: object = {}) => ({
  id: `s${number}`,
  partition: dateOf(daysAgo).slice(0, 10),
  kind: 'sealed',
  key: `sealed/${number}`,
  bytes: 2 ** 27,
  bodyBytes: 2 ** 29,
  sha256: '',
  records: 1000,
  digest: '1000:0:0',
  minTime: dateOf(daysAgo),
  maxTime: dateOf(daysAgo),
  createdAt: dateOf(daysAgo - 1),
  storageClass: 'STANDARD',
  movingTo: null,
  readable: true,
  readableUntil: null,
  ...parts,
})

const caps = { maxCostUsd: null, maxBytes: null }
const dataset = (name: string) => ({
  name,
  id: ['id'],
  time: { path: ['time'], unit: 'iso' },
  version: null,
  partition: 'day',
  promoted: [],
  classes: [
    { after: '0d', storageClass: name === 'tiered' ? 'INTELLIGENT_TIERING' : 'STANDARD' },
    { after: '20d', storageClass: 'GLACIER_IR' },
    { after: '40d', storageClass: 'DEEP_ARCHIVE' },
  ],
  retention: name === 'short' ? '1000d' : null,
  seal: { after: '1h', targetBytes: 128_000_000 },
  guards: { perRehydration: caps, perDay: caps, approvalAboveUsd: null },
  limits: { maxBodyBytes: 1000, maxFuture: '1d' },
})

const SEGMENTS: Readonly<Record<string, readonly object[]>> = {
  orders: [
    segment(1, 200),
    segment(2, 100),
    segment(3, 10, { storageClass: 'DEEP_ARCHIVE' }),
    segment(4, 5, { kind: 'landing' }),
  ],
  short: [segment(1, 5), segment(2, 4)],
  tiered: [segment(1, 5)],
  empty: [segment(1, 0, { kind: 'landing' })],
}

let api: Server
let url: string
beforeAll(async () => {
  api = createServer(({ url: path = '' }, response) => {
    const [, name = '', what] = /^\/datasets\/(\w+)(\/segments)?/.exec(path) ?? []
    const answer =
      what === undefined ? dataset(name) : { segments: SEGMENTS[name] ?? [], complete: true, next: null }
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer))
  }).listen(0, '127.0.0.1')
  await once(api, 'listening')
  const address = api.address()
  url = typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : ''
})
afterAll(() => void api.close())

const advise = (...args: readonly string[]) =>
  makeCliRunner('http://127.0.0.1:1')('--api-url', url, 'advise', ...args)

describe('icecore advise', () => {
  it('finds the cheapest classes, says why, and what they would move', async () => {
    const { status, out } = await advise('orders')
    expect(status).toBe(0)
    expect(out).toContain('0d:DEEP_ARCHIVE')
    expect(out).toContain('(list prices of us-east-1, 2025-11-01)')
    expect(out).toContain('1.00 sealed segments come in a day of event time, of 134,217,728 bytes on average')
    expect(out).toMatch(/GLACIER_IR is left out: with it the cheapest is \S+, [\d.]+ % dearer/)
    expect(out).toContain('Of the present classes: GLACIER_IR bills 90 days, and segments leave it after 20.')
    expect(out).toMatch(/STANDARD +DEEP_ARCHIVE +2 +268435456 /)
    expect(out).toContain('nothing is moved')
    expect(out).toContain('1 segment would stay, in the class that is advised.')
  })

  it('heeds how fast records must be readable, and how much is read', async () => {
    const args = ['--within', '0d:0s', '--reads', '0d:5,30d:0.01']
    const { advice, dryRun } = JSON.parse((await advise('orders', ...args, '--json')).out)
    expect(advice.steps.map(({ storageClass }: { storageClass: string }) => storageClass)).toEqual([
      'STANDARD',
      'GLACIER_IR',
    ])
    expect(advice.present).toBeUndefined()
    expect(dryRun.stay).toEqual({ inPlace: 0, tooCold: 1, withoutRule: 0 })
    const { out } = await advise('orders', ...args)
    expect(out).toMatch(/present +\S+ +too slow for --within/)
    expect(out).toContain('DEEP_ARCHIVE is left out: no retrieval tier of it is fast enough, at any age.')
  })

  it('goes by the retention of the dataset, and moves nothing where nothing has to move', async () => {
    const { out } = await advise('short', '--within', '0d:0s', '--reads', '0d:50')
    expect(out).toContain('Nothing would move now.\n\n2 segments would stay, in the class that is advised.')
    const { material } = JSON.parse((await advise('short', '--json')).out)
    expect(material.lifetime).toBe(1000 * DAY)
  })

  it('says which segments stay because lifecycle moves nothing to their class', async () => {
    const { out } = await advise('short', '--within', '0d:0s', '--reads', '0d:1')
    expect(out).toContain('0d:STANDARD_IA')
    expect(out).toMatch(/Nothing would move now\.\n\n2 segments would stay, where lifecycle has no rule/)
  })

  it('knows what a class costs that bills no bytes that are read', async () => {
    const { status, out } = await advise('tiered', '--reads', '0d:1')
    expect(status).toBe(0)
    expect(out).toMatch(/present +0d:INTELLIGENT_TIERING/)
  })

  it('has nothing to go by before the first seal', async () => {
    expect(await advise('empty')).toMatchObject({
      status: 1,
      err: expect.stringContaining('empty has no sealed segment yet'),
    })
  })

  it.each([
    ['--within', '12h'],
    ['--within', '1d:12h'],
    ['--within', '0d:fast'],
    ['--within', '0d:1h,30d:12h,30d:2d'],
    ['--reads', '0d:lots'],
    ['--lifetime', '0d'],
  ])('says what is wrong with %s %s', async (option, value) => {
    const { status, err } = await advise('orders', option, value)
    expect(status).toBe(2)
    expect(err).toContain(option)
  })
})
