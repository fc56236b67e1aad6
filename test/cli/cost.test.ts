import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { runCli } from '../../cli/run.ts'
import { priceLines, priceOf } from '../../shared/domain/prices.ts'
import { noAws } from '../support/no-aws.ts'
import { keptTerminal, makeCliRunner } from '../support/run-icecore.ts'

// nothing listens there: it asks nobody
const icecore = makeCliRunner('http://127.0.0.1:1')
const cost = (...args: readonly string[]) =>
  icecore('cost', '--records-per-day', '1e6', '--bytes', '1000', ...args)

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'icecore-cost-'))
})
afterAll(() => rm(folder, { recursive: true }))
afterEach(() => void vi.unstubAllEnvs())

const listPrices = () => Object.fromEntries(priceLines().map((line) => [line, priceOf(line).dollars]))
const writePrices = async (name: string, dollars: Record<string, number>) => {
  const file = join(folder, name)
  const table = { region: 'eu-central-1', date: '2026-01-31', sources: ['a contract'], dollars }
  await writeFile(file, JSON.stringify(table))
  return file
}

describe('icecore cost', () => {
  it('tells what icecore and the others cost, by component, over time, and to have records back', async () => {
    const { status, out } = await cost('--policy', 'flights', '--years', '2')
    expect(status).toBe(0)
    for (const word of ['STORAGE', 'MONTH 24', 'gzip-by-hour', 'us-east-1, 2025-11-01', 'Bulk'])
      expect(out).toContain(word)
  })

  it('gives every month as JSON', async () => {
    const { prices, ways, rehydrations } = JSON.parse((await cost('--years', '1', '--json')).out)
    expect(prices.sources.length).toBeGreaterThan(3)
    expect(ways).toHaveLength(6)
    for (const { months } of ways) expect(months).toHaveLength(12)
    expect(rehydrations.length).toBeGreaterThan(10)
  })

  it('draws a line for each', async () => {
    const file = join(folder, 'cost.svg')
    expect((await cost('--chart', file)).status).toBe(0)
    const chart = await readFile(file, 'utf8')
    expect(chart.match(/<polyline /g)).toHaveLength(6)
    expect(chart).toContain('object-per-record</text>')
    expect(chart).not.toContain('NaN')
    expect(chart).not.toContain('Infinity')
  })

  it('takes a price table of one’s own, and names the line that it lacks', async () => {
    const own = await writePrices('own.json', { ...listPrices(), 'kms.key': 1000 })
    const { out } = await cost('--prices', own)
    expect(out).toContain('eu-central-1, 2026-01-31')
    expect(out).toMatch(/1,0\d\d\.\d\d/)
    const { 'sqs.request': _, ...rest } = listPrices()
    const { status, err } = await cost('--prices', await writePrices('lacking.json', rest))
    expect(status).toBe(1)
    expect(err).toContain('the price table of eu-central-1 of 2026-01-31 has no line sqs.request')
  })

  it('makes up no prices of a region', async () => {
    const { status, err } = await icecore(
      '--region',
      'eu-central-1',
      'cost',
      '--records-per-day',
      '1',
      '--bytes',
      '1',
    )
    expect(status).toBe(2)
    expect(err).toContain('--region: there is no price table of eu-central-1')
  })

  it('takes the region of the environment, and us-east-1 where nothing is set up', async () => {
    const args = ['cost', '--records-per-day', '1', '--bytes', '1']
    const west = await makeCliRunner('http://127.0.0.1:1', { AWS_REGION: 'us-west-2' })(...args)
    expect(west.out).toContain('list prices of us-west-2')
    noAws()
    const { terminal, printed } = keptTerminal()
    expect(await runCli(args, {}, terminal)).toBe(0)
    expect(printed().out).toContain('list prices of us-east-1')
  })

  it.each([
    [['--policy', '1d:STANDARD'], 'expected 0d'],
    [['--policy', 'orders'], 'expected a dataset, or ages and classes such as 0d:STANDARD'],
    [['--policy', '0d:GLACIER,30d:STANDARD'], 'S3 lifecycle never moves upward'],
    [['--retention', 'long'], '--retention: expected a duration'],
    [['--bytes', '0'], '--bytes: expected a number above 0'],
    [['--records-per-day', '-1'], '--records-per-day: expected a number'],
    [['--stored-ratio', '3'], '--stored-ratio: expected a number above 0, at most 2'],
    [['--years', '0'], '--years: expected a whole number'],
    [['--partition', 'year'], '--partition: expected one of hour, day, month'],
  ])('says what is wrong with %s', async (args, message) => {
    const { status, err } = await cost(...args)
    expect(status).toBe(2)
    expect(err).toContain(message)
  })

  it('says that it needs to know how much comes', async () => {
    expect((await icecore('cost', '--bytes', '1000')).status).toBe(2)
  })
})
