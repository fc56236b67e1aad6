import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findEntryPoints, findUnreached, textOfUseCases } from './entry-points.ts'
import { makeFaults } from './faults.ts'
import { SCENARIOS } from './scenarios/all.ts'
import { makeWorker } from './worker.ts'
import { makeWorld } from './world.ts'

const inFolder = (path: string) => readFileSync(join(import.meta.dirname, path), 'utf8')
/** The shell around the workers calls these itself. */
const OF_NO_USE_CASE = ['notes.note']

const groups = Object.keys(SCENARIOS)

test('[F1] every use case that functions/ or cli/ calls has a crash scenario', async () => {
  const entryPoints = (await findEntryPoints()).map(({ name }) => name)
  const played: readonly string[] = Object.values(SCENARIOS).flatMap((some) => some.map((one) => one.useCase))
  expect(
    entryPoints.filter((name) => !played.includes(name)),
    'these have none: put each on the ports in test/crash-points/use-cases.ts and describe a situation of it in test/crash-points/scenarios/',
  ).toEqual([])
  expect(entryPoints.length).toBeGreaterThanOrEqual(19)
})

test('every file of shared/use-cases serves a use case that something calls', async () => {
  expect(findUnreached(await findEntryPoints())).toEqual([])
})

test('[F1] [F2] every method of every port that a use case calls fails in some scenario', () => {
  const faults = makeFaults([], async () => undefined)
  makeWorker(makeWorld(), faults.start())
  const text = textOfUseCases()
  const offered = [...faults.offered].filter((kind) => text.includes(kind.slice(kind.lastIndexOf('.'))))
  const tables = groups.map((group) => inFolder(`kinds/${group}.txt`))
  const reached = new Set(
    tables.flatMap((table) => table.split('\n').map((line) => line.trim().split('  ')[0])),
  )
  expect(
    offered.filter((kind) => !reached.has(kind) && !OF_NO_USE_CASE.includes(kind)),
    'these are in no table of test/crash-points/kinds/',
  ).toEqual([])
  expect(offered.length).toBeGreaterThan(40)
})

test('every group of scenarios is played', () => {
  for (const group of groups) expect(inFolder(`${group}.test.ts`)).toContain(`playGroup('${group}'`)
})
