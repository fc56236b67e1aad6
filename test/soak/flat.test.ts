import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { judge, type Sample } from './memory.ts'

const MIB = 2 ** 20
const samples = (heapOf: (round: number) => number, residentOf = heapOf): Sample[] =>
  Array.from({ length: 40 }, (_, round) => ({
    seconds: round,
    round,
    heap: heapOf(round) * MIB,
    resident: residentOf(round) * MIB,
  }))

describe('memory is called flat', () => {
  it('when it sways, and after it has filled its caches', () => {
    expect(judge(samples((round) => (round < 8 ? 20 : 40) + (round % 3))).flat).toBe(true)
  })

  it('never when each round leaves something behind', () => {
    expect(judge(samples((round) => 40 + round / 4)).flat).toBe(false)
    expect(
      judge(
        samples(
          () => 40,
          (round) => 100 + 2 * round,
        ),
      ).flat,
    ).toBe(false)
  })

  it('not before enough was seen', () => {
    expect(judge(samples(() => 40).slice(0, 7)).flat).toBe(false)
  })
})

it('[F20] random work through every function, hostile messages among it, leaves memory flat', async () => {
  const soak = join(import.meta.dirname, 'main.ts')
  const run = promisify(execFile)
  const { stdout } = await run(process.execPath, ['--expose-gc', soak, '--rounds', '16', '--json'])
  const { ok, work } = JSON.parse(stdout)
  expect(work.rounds).toBe(16)
  expect(Object.keys(work.invocations)).toEqual(
    expect.arrayContaining([
      'age-records',
      'age-objects',
      'seal-segments',
      'sweep',
      'hydrate-records',
      'archive-api',
    ]),
  )
  expect(ok).toBe(true)
})
