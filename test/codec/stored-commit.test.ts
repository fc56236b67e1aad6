import { hash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { memorySource } from '../../shared/codec/byte-source.ts'
import { commitInMetadata } from '../../shared/codec/found-metadata.ts'
import { readFooter } from '../../shared/codec/segment-footer.ts'
import { readSnapshot, SnapshotDamaged } from '../../shared/codec/snapshot-object.ts'
import { readCommit, storeCommit } from '../../shared/codec/stored-commit.ts'
import { emptyDigest, formatDigest } from '../../shared/domain/digest.ts'
import { aCommit, aRecord } from '../support/builders.ts'
import { pack } from './packing.ts'

const golden = (name: string) => readFile(join(import.meta.dirname, 'golden', name))

test('a commit is read as it was stored, and refused with a digest that is none', () => {
  const commit = aCommit({ replaces: ['L#a'] })
  const stored = storeCommit(commit)
  expect(readCommit(commit.id, JSON.parse(JSON.stringify(stored)))).toEqual(commit)
  for (const received of ['10:a', '10:a:-1', 10])
    expect(() => readCommit(commit.id, { ...stored, received })).toThrow(/received/)
})

test('[F17] a snapshot that does not have as many commits as it says is refused', async () => {
  const text = (await golden('snapshot-1.ndjson')).toString()
  const [, sum = ''] = /"sha256":"([0-9a-f]{64})"/.exec(text) ?? []
  const withCount = (commits: number) => {
    const bare = text.replace(sum, '').replace('"commits":3', `"commits":${commits}`)
    return Buffer.from(bare.replace('"sha256":""', `"sha256":"${hash('sha256', bare, 'hex')}"`))
  }
  expect(readSnapshot(withCount(3)).commits).toHaveLength(3)
  for (const commits of [2, 4]) {
    const read = () => readSnapshot(withCount(commits))
    expect(read).toThrow(SnapshotDamaged)
    expect(read).toThrow(expect.objectContaining({ cause: new Error(`expected ${commits} commits, got 3`) }))
  }
})

test('[F17] a segment tells of its commit, or of none where its maker said nothing of it', async () => {
  const inputsOf = async (inputs: Parameters<typeof pack>[1]) =>
    commitInMetadata((await readFooter((await pack([aRecord()], inputs)).source)).segment)
  expect(await inputsOf({ inputs: { commit: 'L#a', replaces: [] } })).toMatchObject({
    commit: 'L#a',
    part: null,
    books: { expired: emptyDigest },
  })
  const part = { run: 'r', number: 1, last: true }
  const expired = formatDigest({ count: 1, upper: 2n, lower: 3n })
  expect(await inputsOf({ inputs: { commit: 'G#000001', replaces: ['L#a'], expired, part } })).toMatchObject({
    commit: 'G#000001',
    replaces: ['L#a'],
    part,
    books: { expired: { count: 1, upper: 2n, lower: 3n } },
  })
  for (const inputs of [
    null,
    {},
    { commit: 'X#1', replaces: [] },
    { commit: 'L#a', replaces: [], expired: 'x' },
  ])
    expect(await inputsOf({ inputs })).toBeUndefined()
  const { segment } = await readFooter(memorySource(await golden('format-1.parquet')))
  expect(commitInMetadata(segment)).toBeUndefined()
})
