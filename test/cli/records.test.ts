import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Cloud, makeCloud } from '../../simulator/cloud.ts'
import type { Host } from '../../simulator/host/host.ts'
import { startHost } from '../../simulator/host/start-host.ts'
import { S3Error } from '../../simulator/s3/s3-error.ts'
import { type Connection, connect, getText } from '../support/deployed-icecore.ts'
import { makeCliRunner, type RunOptions } from '../support/run-icecore.ts'

const root = join(import.meta.dirname, '../..')
const START = Date.parse('2030-01-01T00:00:00Z')
const DAY = 86_400_000

const WAITS = 'flights/waits.csv'
/** That one cannot be read, and so is never archived. */
const faults = {
  before: (operation: string, { key }: { key?: string | undefined }) => {
    if (operation === 'GetObject' && key === WAITS) throw new S3Error('AccessDenied', 403, 'not for you')
  },
}

let cloud: Cloud
let host: Host
let connection: Connection
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'icecore-cli-'))
  cloud = await makeCloud({ start: START, speed: 0, s3: { faults } })
  host = await startHost(cloud, root)
  connection = connect(cloud.endpoint)
})
afterAll(async () => {
  connection.close()
  await host.close()
  await cloud.close()
  await rm(folder, { recursive: true })
})

const runWith = async (options: RunOptions, ...args: readonly string[]) =>
  makeCliRunner(cloud.endpoint, {}, options)(...args)
const icecore = (...args: readonly string[]) => runWith({}, ...args)
const json = async (...args: readonly string[]) => JSON.parse((await icecore(...args, '--json')).out)

/** Runs a command that waits for the archive, while the archive works. */
const whileItWorks = async <Result>(work: Promise<Result>): Promise<Result> => {
  let isOver = false
  const settled = work.finally(() => {
    isOver = true
  })
  while (!isOver) await Promise.all([host.idle(), delay(50)])
  return settled
}

const flight = (id: string, date = '2029-12-31T10:00:00Z') =>
  `{"flight":${JSON.stringify(id)}, "date":"${date}", "origin":"LIS"}`
/** So long ago that it is sealed into DEEP_ARCHIVE. */
const OLD = '2029-01-05T10:00:00Z'

describe('records', () => {
  it('are sent from a file and from standard input, and can be had at once, to the byte', async () => {
    const file = join(folder, 'flights.ndjson')
    await writeFile(
      file,
      `${flight('f1')}\r\n\n${flight('ünï')}\n${flight("o'ld", OLD)}\n${flight('older', '2029-01-06T10:00:00Z')}`,
    )
    expect(await icecore('put', 'flights', file)).toEqual({
      status: 0,
      out: '4 records sent to flights, in 1 message.\n',
      err: '',
    })
    expect(await runWith({ input: flight('f2') }, 'put', 'flights')).toMatchObject({ status: 0 })
    await host.idle()
    const got = await icecore('get', 'flights', 'ünï')
    expect(got).toMatchObject({ status: 0, out: flight('ünï') })
    expect(got.err).toMatch(/^time {6}2029-12-31T10:00:00.000Z\narrived {3}2030-.*\nversions {2}1\n$/)
    expect(await json('get', 'flights', 'f2', '--time', '2029-12-31T10:00')).toMatchObject({
      id: 'f2',
      body: flight('f2'),
      complete: true,
    })
    expect(await json('get', 'flights', 'f1', '--all')).toMatchObject({ versions: [{ body: flight('f1') }] })
  })

  it('are copied as a file into the hot bucket, and never over one that waits there', async () => {
    const file = join(folder, 'week.csv')
    await writeFile(file, 'flight,date\nc1,2029-12-31T11:00:00Z\n')
    const waits = { Bucket: connection.hotBucket, Key: WAITS, Body: 'it waits' }
    expect(await icecore('put', 'flights', file, '--object')).toMatchObject({ status: 0 })
    await host.idle()
    expect((await icecore('get', 'flights', 'c1')).out).toBe('c1,2029-12-31T11:00:00Z')
    expect((await icecore('get', 'flights', 'c1')).err).toContain('header    flight,date')
    await connection.s3.send(new PutObjectCommand(waits))
    await writeFile(join(folder, 'waits.csv'), 'flight,date\nnever,2029-12-31T11:00:00Z\n')
    const again = await icecore('put', 'flights', join(folder, 'waits.csv'), '--object')
    expect(again).toMatchObject({ status: 1, err: expect.stringContaining('not yet archived') })
    const head = new HeadObjectCommand({ Bucket: connection.hotBucket, Key: WAITS })
    expect((await connection.s3.send(head)).ContentLength).toBe('it waits'.length)
    await host.idle()
  })

  it('that no message can hold are told by line, and hold up no other', async () => {
    const lines = [flight('g1'), 'x'.repeat(1024 * 1024), '{"a":"\u0001"}', flight('g2')]
    const input = Buffer.concat([Buffer.from(`${lines.join('\n')}\n`), Buffer.from([0xff, 0x0a])])
    const { status, out } = await runWith({ input }, 'put', 'flights')
    expect(status).toBe(1)
    expect(out.split('\n')).toEqual([
      '2 records sent to flights, in 1 message.',
      'line 2 not sent: it has 1048576 bytes, and a message takes 1048556',
      'line 3 not sent: it has a control character, which SQS refuses',
      'line 5 not sent: it is not UTF-8',
      'Give the file with --object, which takes every line.',
      '',
    ])
    await host.idle()
    expect((await icecore('get', 'flights', 'g2')).out).toBe(flight('g2'))
  })

  it('that are not there are told by the exit status', async () => {
    expect(await icecore('get', 'flights', 'nope')).toMatchObject({ status: 3, out: '' })
    expect(await icecore('get', 'nope', 'f1')).toMatchObject({ status: 3, out: '' })
    expect(await icecore('status', '0'.repeat(26))).toMatchObject({ status: 3, out: '' })
  })
})

describe('what is archived', () => {
  it('is listed: datasets, segments and books', async () => {
    expect((await icecore('datasets')).out).toMatch(/^DATASET .*\nflights +day +STANDARD 0d, GLACIER_IR 30d/)
    expect((await json('datasets')).datasets[0]).toMatchObject({ name: 'flights', partition: 'day' })
    const all = await json('segments', 'flights')
    expect(all.complete).toBe(true)
    expect((await json('segments', 'flights', '--limit', '1')).segments).toEqual(all.segments.slice(0, 1))
    expect((await icecore('segments', 'flights', '--limit', '1')).out).toContain('There is more')
    expect((await icecore('segments', 'flights', '--to', '2000-01-01')).out).toBe('There is no segment.\n')
    const ledger = await icecore('ledger', 'flights')
    expect(ledger).toMatchObject({ status: 0, out: expect.stringContaining('The books balance.') })
    expect((await json('ledger', 'flights')).archived.records).toBe(8)
  })
})

describe('a rehydration', () => {
  let delivered = ''
  const range = ['--from', '2029-12-31T00:00:00Z', '--to', '2030-01-01T00:00:00Z']

  it('is priced, asked for, watched and downloaded', async () => {
    expect((await icecore('quote', 'flights', ...range)).out).toMatch(
      /^TIER +COST AT MOST +READABLE, LIKELY +READABLE BY\nBulk +\$0\.0/,
    )
    const { id: quoteId } = await json('quote', 'flights', ...range)
    const output = join(folder, 'out')
    const ask = [
      'rehydrate',
      'flights',
      ...range,
      '--destination',
      'analysts',
      '--quote',
      quoteId,
      '--output',
      output,
    ]
    const done = await whileItWorks(icecore(...ask))
    expect(done).toMatchObject({ status: 0, out: expect.stringContaining('complete     yes') })
    expect((await readdir(output)).toSorted()).toEqual(['2029-12-31.ndjson', 'manifest.json'])
    const lines = (await readFile(join(output, '2029-12-31.ndjson'), 'utf8')).trim().split('\n')
    expect(lines).toHaveLength(6)
    expect(lines).toEqual(expect.arrayContaining([flight('f1'), flight('f2'), flight('ünï')]))
    const [line] = (await json('status')).rehydrations
    expect(line).toMatchObject({ status: 'completed', dataset: 'flights' })
    delivered = line.id
    expect((await icecore('status', '--limit', '1')).out).toContain(`${delivered}  completed`)
    expect(await icecore('cancel', delivered)).toMatchObject({ status: 1, out: '' })
  })

  it('is narrowed by a filter and a limit, and its files are told, with URLs to get them from', async () => {
    const narrow = ['--where', '{"field":"id","prefix":"f"}', '--limit', '1']
    const { id, select } = await json('rehydrate', 'flights', ...range, ...narrow, '--destination', 'inline')
    expect(select).toMatchObject({ where: { field: 'id', prefix: 'f' }, limit: 1 })
    await host.idle()
    expect((await icecore('files', id)).out).toMatch(
      /^FILE +RECORDS +BYTES\ninline\/\S+\/2029-12-31\.ndjson +1 +\d+\n\n1 file\.\n$/,
    )
    const [url = ''] = (await icecore('files', id, '--urls')).out.trim().split('\n')
    expect(await (await fetch(url)).text()).toBe(`${flight('f1')}\n`)
    expect(await icecore('approve', id)).toMatchObject({
      status: 1,
      err: expect.stringContaining('Nobody approves'),
    })
  })

  it('as Expedited goes by the route that is granted apart', async () => {
    const ask = ['rehydrate', 'flights', 'f1', '--destination', 'inline', '--tier', 'Expedited']
    expect(await json(...ask)).toMatchObject({ tier: 'Expedited' })
    await host.idle()
  })

  it('takes ids as they are typed, from a file, and from standard input', async () => {
    const file = join(folder, 'ids.txt')
    await writeFile(file, `f1\r\n\n{"id":"f2","time":"2029-12-31T10:00:00Z"}\n`)
    const ask = ['rehydrate', 'flights', '--destination', 'analysts', '--json']
    const ids = async (...more: readonly string[]) =>
      JSON.parse((await icecore(...ask, ...more)).out).select.ids
    expect(await ids('a', 'b')).toEqual([{ id: 'a' }, { id: 'b' }])
    const inFile = [{ id: 'f1' }, { id: 'f2', time: '2029-12-31T10:00:00.000Z' }]
    expect(await ids('a', '--ids-file', file)).toEqual([{ id: 'a' }, ...inFile])
    const { out } = await runWith({ input: 'x y\n' }, ...ask, '--ids-file', '-')
    expect(JSON.parse(out).select.ids).toEqual([{ id: 'x y' }])
    await host.idle()
  })

  it('that was delivered otherwise than its manifest says is not taken', async () => {
    const { result } = await json('status', delivered)
    const Key = result.manifest.replace('manifest.json', '2029-12-31.ndjson')
    const whole = await getText(connection, connection.rehydratedBucket, Key)
    const Body = whole.replace('LIS', 'OSL')
    await connection.s3.send(new PutObjectCommand({ Bucket: connection.rehydratedBucket, Key, Body }))
    const output = join(folder, 'damaged')
    const { status, err } = await icecore('status', delivered, '--output', output)
    expect([status, await readdir(output)]).toEqual([1, []])
    expect(err).toContain('is not what was delivered: expected')
  })

  it('of records that are cold: the price is told, it is waited for, and Ctrl-C leaves it going', async () => {
    await host.runUntil(START + 2 * DAY)
    const cold = await icecore('get', 'flights', "o'ld")
    expect(cold).toMatchObject({ status: 4, out: '' })
    expect(cold.err).toMatch(
      /TIER +COST[\s\S]*Bulk[\s\S]*icecore rehydrate flights 'o'\\''ld' --destination NAME --quote \w{26} --wait/,
    )
    expect(await json('get', 'flights', "o'ld", '--time', OLD)).toMatchObject({
      quote: { segmentsToThaw: 1 },
    })

    const ask = [
      'rehydrate',
      'flights',
      "o'ld",
      '--destination',
      'analysts',
      '--wait',
      '--endpoint',
      cloud.endpoint,
    ]
    const child = spawn(process.execPath, ['cli/main.ts', ...ask], {
      cwd: root,
      env: { PATH: process.env.PATH },
    })
    let err = ''
    let out = ''
    child.stdout.on('data', (text) => {
      out += text
    })
    let isTold = false
    child.stderr.on('data', (text) => {
      err += text
      if (isTold || !err.includes('thawing')) return
      isTold = true
      // npm hands on what the terminal has sent to both
      for (let times = 0; times < 2; times += 1) child.kill('SIGINT')
    })
    await whileItWorks(once(child, 'close'))
    const [, id = ''] = /^rehydration (\S+)\naccepted/.exec(err) ?? []
    expect(err).toContain(`icecore: ${id} goes on. To come back to it: icecore status ${id} --wait\n`)
    expect([child.exitCode, out]).toEqual([130, ''])
    expect((await icecore('status', id)).out).toMatch(/^status +thawing$/m)

    const waiting = runWith({ columns: 80 }, 'status', id, '--wait')
    await host.runUntil(cloud.clock.now() + DAY)
    const { status, out: told, err: drawn } = await waiting
    expect([status, told]).toEqual([0, expect.stringMatching(/^records +1 in 1 file of /m)])
    expect(drawn.endsWith(`\r\u001b[K[${'='.repeat(20)}] completed: 1 record\n`)).toBe(true)
  })

  it('can have a time and a cost in place of a tier, is found by what it is, and is kept for longer', async () => {
    const at = (ms: number) => new Date(cloud.clock.now() + ms).toISOString()
    const ask = ['rehydrate', 'flights', 'older', '--destination', 'analysts']
    const timed = [...ask, '--ready-by', at(DAY), '--max-cost', '0.5']
    const { out } = await icecore(...timed, '--expedited')
    expect(out).toMatch(/^tier +GLACIER \w+, DEEP_ARCHIVE \w+$/m)
    expect(out).toMatch(/^wanted by +20/m)
    expect(out).toMatch(/^costs at most +\$0\.500000$/m)
    expect(out).toMatch(/^cost +at most \$0\.000\d+$/m)
    expect(out).toMatch(/^expected by +20/m)
    const [, id = ''] = /^id +(\S+)$/m.exec(out) ?? []
    await host.runUntil(cloud.clock.now() + DAY)
    const completed = await json('status', id)
    expect(completed).toMatchObject({ status: 'completed', tier: null, cost: { soFar: expect.any(Number) } })
    expect(completed.cost.soFar).toBeLessThanOrEqual(completed.cost.atMost)
    expect((await icecore('status', id)).out).toMatch(/^cost +\$0\.\d+ so far, at most \$0\.\d+$/m)

    const narrowed = ['--status', 'completed', '--dataset', 'flights', '--from', completed.requestedAt]
    const { rehydrations } = await json('status', ...narrowed)
    expect(rehydrations.map((one: { id: string }) => one.id)).toEqual([id])
    const none = await icecore('status', '--status', 'awaiting-approval', '--to', completed.requestedAt)
    expect(none).toMatchObject({ status: 0, out: 'Nothing like that was asked for.\n' })

    const extended = await json('extend', id, '--keep-days', '9')
    expect(extended).toMatchObject({ id, keepDays: 9, extension: { keepDays: 9 } })
    await host.idle()
    const late = await icecore(...ask, '--ready-by', at(-DAY))
    expect(late).toMatchObject({ status: 1, err: expect.stringContaining('at the earliest') })
  })

  it('can be cancelled, and is then one whose records did not come', async () => {
    // which waits for its thaw
    const ask = ['rehydrate', 'flights', 'older', '--destination', 'analysts']
    const { id } = await json(...ask)
    expect(await icecore('cancel', id)).toMatchObject({
      status: 0,
      out: expect.stringContaining('cancelled'),
    })
    expect(await icecore('status', id, '--wait')).toMatchObject({ status: 4 })
    await host.idle()
  })

  it.each([
    [['rehydrate', 'flights', 'a'], "required option '--destination <name>'"],
    [
      ['rehydrate', 'flights', '--destination', 'analysts'],
      'give ids or --ids-file, or else --from and --to',
    ],
    [['quote', 'flights', 'a', '--from', '2030-01-01'], 'give ids or --ids-file, or else --from and --to'],
    [['quote', 'flights', '--from', '2030-01-01'], '--from and --to go together'],
    [['quote', 'flights', 'a', '--keep-days', 'x'], '--keep-days: expected a number'],
    [['quote', 'flights', '--from', 'then', '--to', '2030-01-01'], '--from: expected a time'],
    [['rehydrate', 'flights', 'a', '--destination', 'x', '--tier', 'slow'], '--tier: expected one of Bulk'],
    [['quote', 'flights', 'a', '--where', '{"field"'], '--where: expected JSON such as'],
    [['quote', 'flights', 'a', '--where', '7'], '--where: expected JSON such as'],
    [['quote', 'flights', 'a', '--limit', '0'], '--limit: expected a number from 1'],
    [
      ['rehydrate', 'flights', 'a', '--destination', 'x', '--ready-by', 'soon'],
      '--ready-by: expected a time such as',
    ],
    [
      ['rehydrate', 'flights', 'a', '--destination', 'x', '--max-cost', '$5'],
      '--max-cost: expected US dollars such as',
    ],
    [
      ['rehydrate', 'flights', 'a', '--destination', 'x', '--tier', 'Bulk', '--max-cost', '5'],
      '--tier goes with neither --ready-by nor --max-cost',
    ],
    [['extend', '01HRKZ0000000000000000ABCD'], "required option '--keep-days <days>'"],
    [['extend', '01HRKZ0000000000000000ABCD', '--keep-days', '0'], '--keep-days: expected a number'],
    [['status', '01HRKZ0000000000000000ABCD', '--dataset', 'x'], 'narrow the list, and go with no id'],
    [['status', '--status', 'lost'], '--status: expected one of awaiting-approval'],
    [['status', '--wait'], '--wait and --output need the id'],
    [['put', 'nope'], 'dataset: expected one of flights, earthquakes'],
    [['put', 'flights', '--object'], '--object needs a file'],
    [['put', 'flights', 'package.xml', '--object'], 'expected a name that ends in .ndjson'],
  ])('%j is wrong usage, and it says how', async (args, told) => {
    const { status, out, err } = await icecore(...args)
    expect([status, out, err]).toEqual([2, '', expect.stringContaining(told)])
  })

  it('says which line of a file of ids is none, and which file cannot be read', async () => {
    const bad = await runWith({ input: 'a\n{"idd":1}' }, 'quote', 'flights', '--ids-file', '-')
    expect(bad).toMatchObject({ status: 2, err: expect.stringContaining('line 2 of -: expected an id') })
    const none = await icecore('quote', 'flights', '--ids-file', join(folder, 'none'))
    expect(none).toMatchObject({ status: 1, err: expect.stringContaining('cannot be read') })
    expect(await icecore('put', 'flights', join(folder, 'none'))).toMatchObject({ status: 1 })
  })
})
