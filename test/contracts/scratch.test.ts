import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeDiskScratch } from '../../shared/adapters/aws/disk-scratch.ts'
import { makeMemoryScratch } from '../../shared/adapters/memory/memory-scratch.ts'

let root = ''
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'icecore-test-'))
})
afterAll(() => rm(root, { recursive: true }))

describe.each([
  ['in memory', () => makeMemoryScratch()],
  ['on disk', () => makeDiskScratch(root)],
] as const)('scratch %s', (_, make) => {
  const aFile = async (name: string, ...pieces: string[]) => {
    const folder = await make().folder()
    const sink = await folder.create(name)
    for (const piece of pieces) await sink.write(Buffer.from(piece))
    await sink.close()
    return folder
  }

  test('gives back what was written, at any place', async () => {
    const folder = await aFile('one', '0123', '456789')
    const source = await folder.open('one')
    expect(source.bytes).toBe(10)
    expect(Buffer.from(await source.read(2, 6)).toString()).toBe('2345')
    await expect(source.read(5, 11)).rejects.toThrow(RangeError)
    await source.close()
    await folder.discard()
  })

  test('knows no other names, and takes none twice', async () => {
    const folder = await aFile('one', 'x')
    await expect(folder.open('two')).rejects.toThrow('ENOENT')
    await expect(folder.create('one')).rejects.toThrow('EEXIST')
    await folder.discard()
  })

  test('a folder is nobody else’s, and goes whole', async () => {
    const scratch = make()
    const [mine, yours] = [await scratch.folder(), await scratch.folder()]
    for (const folder of [mine, yours]) await (await folder.create('one')).close()
    await mine.discard()
    await expect(mine.open('one')).rejects.toThrow('ENOENT')
    await (await yours.open('one')).close()
    await yours.discard()
    expect(await readdir(root)).toEqual([])
  })
})
