import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { loadDeployment } from '../../simulator/host/deployment/load-deployment.ts'
import { HUGE_OBJECTS } from './huge-objects.ts'

const agedSchema = z.object({
  ended: z.union([z.string(), z.record(z.string(), z.unknown())]),
  isHot: z.boolean(),
  quarantined: z.array(z.record(z.string(), z.unknown())),
  megabytes: z.number(),
  grown: z.number(),
})

const run = promisify(execFile)

/** Ages one of the objects in a process that may take as much heap as Lambda gives the function. */
const age = async (name: string, memoryMb: number) => {
  const script = join(import.meta.dirname, 'age-huge-object.ts')
  const heap = `--max-old-space-size=${Math.floor(memoryMb * 0.9)}`
  const { stdout } = await run(process.execPath, [heap, script, name])
  return agedSchema.parse(JSON.parse(stdout))
}

let memoryMb = 0
beforeAll(() => {
  const root = join(import.meta.dirname, '../..')
  const { functions } = loadDeployment(root, { endpoint: 'http://127.0.0.1:1' })
  memoryMb = functions.find(({ name }) => name.endsWith('age-objects'))?.memoryMb ?? 0
  expect(memoryMb).toBeGreaterThan(0)
})

const LONGEST = 256 * 2 ** 20

describe('[F13] a body in an object, of the longest that a dataset may allow,', () => {
  test.each([
    ['as long', { outcome: 'archived', records: 1 }, []],
    [
      'a byte more',
      { outcome: 'archived', quarantined: 1 },
      [
        {
          reason: 'body-too-long',
          detail: `row: expected at most ${LONGEST} bytes, got ${LONGEST + 1}`,
          bytes: LONGEST + 1,
        },
      ],
    ],
    [
      'two bytes more',
      { outcome: 'kept-in-hot', quarantined: 1 },
      [
        {
          reason: 'body-too-long',
          detail: `row: expected at most ${LONGEST} bytes, got ${LONGEST + 2}`,
          bytes: 1024,
          cut: true,
        },
      ],
    ],
  ])('%s, has a defined answer within the memory of its function', async (name, ended, quarantined) => {
    const aged = await age(name, memoryMb)
    expect(aged).toMatchObject({ ended, isHot: ended.outcome === 'kept-in-hot', quarantined })
    expect(aged.megabytes).toBeLessThan(memoryMb * 0.9)
  })
})

describe('[S5] a body', () => {
  test.each([
    [
      'of what JSON writes in six characters',
      { outcome: 'archived', quarantined: 1 },
      [{ reason: 'malformed-json', bytes: LONGEST / 2 }],
    ],
    ['of millions of objects', { outcome: 'archived', records: 1 }, []],
  ])('%s is kept within the memory of its function', async (name, ended, quarantined) => {
    const aged = await age(name, memoryMb)
    expect(aged).toMatchObject({ ended, isHot: false, quarantined })
    expect(aged.megabytes).toBeLessThan(memoryMb * 0.9)
  })
})

describe('[S5] one endless row', () => {
  test.each([
    ['gzip beyond the ratio', expect.stringMatching(/^DecompressionLimit: gzip/)],
    ['zstd beyond the ratio', expect.stringMatching(/^DecompressionLimit: zstd/)],
    ['gzip within it', { outcome: 'kept-in-hot', records: 0, quarantined: 1 }],
    ['zstd within it', { outcome: 'kept-in-hot', records: 0, quarantined: 1 }],
  ])(
    'of %s takes no more memory than its dataset’s longest body asks for, and stays hot',
    async (name, ended) => {
      const aged = await age(name, memoryMb)
      expect(aged).toMatchObject({ ended, isHot: true })
      // what waits in the decompressor, a row as long as may be, twice, and what is garbage: never what it unpacks to
      const { maxBodyBytes } = HUGE_OBJECTS.get(name) ?? { maxBodyBytes: 0 }
      expect(aged.grown).toBeLessThan((8 * maxBodyBytes) / 2 ** 20)
    },
  )
})
