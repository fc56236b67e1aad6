import { describe, expect, test } from 'vitest'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import { readAnswer } from '../../shared/use-cases/read-answer.ts'
import { aDataset, aRecord, NOON } from '../support/builders.ts'
import { aWorld, type World } from '../support/rehydration-world.ts'

const onDay = (at: number) => aRecord({ id: `o-${at}`, time: NOON - at * DAY, body: `{"n":${at}}` })
const WEEK = { kind: 'range', from: NOON - 7 * DAY, to: NOON + DAY, where: null, limit: null } as const

const answerOf = async (world: World, id: string, { partial = false, maxBytes = 1000 } = {}) => {
  const rehydration = await world.ports.rehydrations.find(id)
  if (rehydration === undefined) throw new Error('not found')
  const answer = await readAnswer(world.ports)(rehydration, { partial, maxBytes })
  return answer.kind === 'answer' ? { ...answer, content: answer.content.toString() } : answer
}

const delivered = async (parts: Parameters<World['ask']>[0] = {}, days = 2) => {
  const world = aWorld()
  for (let at = 0; at < days; at += 1) await world.land([onDay(at)])
  const id = await world.ask({ selection: WEEK, ...parts })
  await world.drain()
  return { world, id }
}

const CSV = 'id,body\r\no-1,"{""n"":1}"\r\no-0,"{""n"":0}"\r\n'

describe('the answer of a rehydration', () => {
  test.each([
    ['ndjson', 'none', '{"n":1}\n{"n":0}\n'],
    ['ndjson', 'gzip', '{"n":1}\n{"n":0}\n'],
    ['csv', 'none', CSV],
    ['csv', 'zstd', CSV],
  ] as const)('as %s in %s is all of its files in one', async (format, compression, content) => {
    const columns = format === 'csv' ? ['id', 'body'] : null
    const { world, id } = await delivered({ format, compression, columns, destination: 'inline' })
    expect(await answerOf(world, id)).toEqual({
      kind: 'answer',
      content,
      records: 2,
      completeness: { segments: 2, read: 2, cold: 0, unreadable: 0, missing: 0 },
    })
    expect(world.files().every((key) => key.startsWith(`inline/${id}/`))).toBe(true)
  })

  test('as Parquet is one file, or none that could be joined', async () => {
    const one = await delivered({ format: 'parquet' }, 1)
    expect(await answerOf(one.world, one.id, { maxBytes: 10_000 })).toMatchObject({
      kind: 'answer',
      records: 1,
    })
    const two = await delivered({ format: 'parquet' })
    expect(await answerOf(two.world, two.id, { maxBytes: 10_000 })).toEqual({ kind: 'several-files' })
  })

  test('as CSV is not joined where the files have other columns', async () => {
    const world = aWorld()
    await world.land([onDay(0)])
    await world.land([onDay(1)], { storageClass: 'GLACIER' })
    const id = await world.ask({ selection: WEEK, format: 'csv' })
    await world.drain()
    const promoted = [{ name: 'n', path: ['n'], type: 'integer' }] as const
    world.ports.config.datasets.set('orders', aDataset({ promoted }))
    await world.pass(6 * HOUR)
    expect(await answerOf(world, id)).toEqual({ kind: 'several-files' })
  })

  test('of nothing is empty', async () => {
    const { world, id } = await delivered({}, 0)
    expect(await answerOf(world, id)).toMatchObject({ kind: 'answer', content: '', records: 0 })
  })

  test('leaves out what has no records', async () => {
    const world = aWorld()
    await world.land([onDay(0), aRecord({ id: 'z', time: NOON + 9 })])
    const id = await world.ask({ selection: { ...WEEK, from: NOON + 1, to: NOON + 5 } })
    await world.drain()
    expect(await answerOf(world, id)).toMatchObject({
      kind: 'answer',
      content: '',
      completeness: { read: 1 },
    })
  })

  test('waits for the last file, or is what is there so far', async () => {
    const world = aWorld()
    await world.land([onDay(0)])
    await world.land([onDay(1)], { storageClass: 'GLACIER' })
    const id = await world.ask({ selection: WEEK })
    await world.drain()
    expect(await answerOf(world, id)).toEqual({ kind: 'not-completed' })
    expect(await answerOf(world, id, { partial: true })).toMatchObject({
      kind: 'answer',
      content: '{"n":0}\n',
    })
  })

  test.each(['none', 'gzip'] as const)(
    'in %s has to be small enough, packed and unpacked',
    async (compression) => {
      const { world, id } = await delivered({ compression })
      const limits = compression === 'none' ? [15, 16] : [55, 56]
      expect(await answerOf(world, id, { maxBytes: 1 })).toEqual({ kind: 'too-large' })
      expect((await answerOf(world, id, { maxBytes: limits[0] })).kind).toBe('too-large')
      expect((await answerOf(world, id, { maxBytes: limits[1] })).kind).toBe('answer')
    },
  )

  test('[S5] is not unpacked further than it may be long', async () => {
    const world = aWorld()
    await world.land([aRecord({ body: `"${'x'.repeat(100_000)}"` })])
    const id = await world.ask({ compression: 'gzip' })
    await world.drain()
    expect(await answerOf(world, id, { maxBytes: 99_999 })).toEqual({ kind: 'too-large' })
  })

  test('[F7] never has a file that is gone, or is another than was delivered', async () => {
    const { world, id } = await delivered()
    const key = `analysts/${id}/2024-03-10.ndjson`
    const put = (body: string) => world.s3.putObject({ bucket: 'rehydrated', key, body: Buffer.from(body) })
    for (const other of ['{"n":9}\n', '{"n"', '', '{"n":0}\n{"n":0}']) {
      put(other)
      const answer = await answerOf(world, id)
      // what is only longer is read as far as it was delivered
      expect(answer).toEqual(
        other.startsWith('{"n":0}\n') ? expect.objectContaining({ records: 2 }) : { kind: 'changed', key },
      )
    }
    world.s3.deleteObject({ bucket: 'rehydrated', key })
    expect(await answerOf(world, id)).toEqual({ kind: 'gone', key })
  })

  test('is an error where the bucket fails', async () => {
    const { world, id } = await delivered()
    const rehydration = await world.ports.rehydrations.find(id)
    if (rehydration === undefined) throw new Error('not found')
    const results = { read: () => Promise.reject(new Error('the bucket is down')) }
    const read = readAnswer({ ...world.ports, results })
    await expect(read(rehydration, { partial: false, maxBytes: 99 })).rejects.toThrow('the bucket is down')
  })
})
