import { describe, expect, test } from 'vitest'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import { listFiles } from '../../shared/use-cases/list-files.ts'
import { aRecord, NOON } from '../support/builders.ts'
import { aWorld, type World } from '../support/rehydration-world.ts'

const onDay = (at: number) => aRecord({ id: `o-${at}`, time: NOON - at * DAY, body: `{"n":${at}}` })
const WEEK = { kind: 'range', from: NOON - 7 * DAY, to: NOON + DAY, where: null, limit: null } as const

const pageOf = async (world: World, id: string, limit = 10, after?: string) => {
  const rehydration = await world.ports.rehydrations.find(id)
  if (rehydration === undefined) throw new Error('not found')
  return listFiles(world.ports)(rehydration, limit, after)
}

describe('the files of a rehydration', () => {
  test('are there as soon as each is delivered, without the manifest until it is complete', async () => {
    const world = aWorld()
    await world.land([onDay(0)])
    await world.land([onDay(1)], { storageClass: 'GLACIER' })
    const id = await world.ask({ selection: WEEK })
    await world.drain()
    const partial = await pageOf(world, id)
    expect(partial).toEqual({
      files: [
        {
          partition: '2024-03-10',
          key: `analysts/${id}/2024-03-10.ndjson`,
          bytes: 8,
          records: 1,
          sha256: expect.stringMatching(/=$/),
          url: expect.stringContaining(`/analysts/${id}/2024-03-10.ndjson?`),
        },
      ],
      manifest: null,
      next: null,
    })
    await world.pass(6 * HOUR)
    const whole = await pageOf(world, id)
    expect(whole.files.map(({ partition }) => partition)).toEqual(['2024-03-09', '2024-03-10'])
    expect(whole.manifest).toEqual({
      key: `analysts/${id}/manifest.json`,
      url: expect.stringContaining('manifest.json?'),
    })
  })

  test('come page by page, and the manifest with the last', async () => {
    const world = aWorld()
    for (let at = 0; at < 5; at += 1) await world.land([onDay(at)])
    const id = await world.ask({ selection: WEEK })
    await world.drain()
    const seen: string[] = []
    let next: string | null = null
    const manifests: boolean[] = []
    do {
      const page = await pageOf(world, id, 2, next ?? undefined)
      seen.push(...page.files.map(({ partition }) => partition))
      manifests.push(page.manifest !== null)
      next = page.next
    } while (next !== null)
    expect(seen).toEqual(['2024-03-06', '2024-03-07', '2024-03-08', '2024-03-09', '2024-03-10'])
    expect(manifests).toEqual([false, false, true])
  })

  test('leave out partitions without records', async () => {
    const world = aWorld()
    await world.land([aRecord({ id: 'a' }), aRecord({ id: 'b', time: NOON + 9 })])
    const id = await world.ask({ selection: { ...WEEK, from: NOON + 1, to: NOON + 5 } })
    await world.drain()
    expect(await pageOf(world, id)).toMatchObject({ files: [], manifest: { url: expect.any(String) } })
  })

  test('have no URL once they are removed', async () => {
    const world = aWorld()
    await world.land([onDay(0)])
    const id = await world.ask()
    await world.drain()
    world.s3.deleteObject({ bucket: 'rehydrated', key: `analysts/${id}/2024-03-10.ndjson` })
    expect(await pageOf(world, id)).toMatchObject({ files: [{ partition: '2024-03-10', url: null }] })
  })
})
