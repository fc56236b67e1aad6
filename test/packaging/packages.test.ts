import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BuiltFunction, buildFunctions } from '../../scripts/build-functions.ts'
import { functionNames } from '../../scripts/bundle-functions.ts'
import { loadDeployment } from '../../simulator/host/deployment/load-deployment.ts'
import { type Unpacked, unzip } from '../support/unzip.ts'

const root = join(import.meta.dirname, '../..')
const names = functionNames(root)
const scratch = mkdtempSync(join(tmpdir(), 'icecore-packages-'))
let built: BuiltFunction[] = []

beforeAll(async () => {
  built = await buildFunctions(root, join(scratch, 'first'))
})
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

const builtOf = (name: string) => {
  const found = built.find((each) => each.name === name)
  if (found === undefined) throw new Error(`${name} was not built`)
  return found
}

/** What Lambda does at a cold start, in a process that has nothing but the package and the function's variables. */
const coldStart = (name: string, files: readonly Unpacked[]) => {
  const folder = mkdtempSync(join(scratch, `${name}-`))
  for (const { path, bytes } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), bytes)
  }
  const script = `
    const { handler } = await import('./functions/${name}/handler.mjs')
    process.stdout.write(typeof handler + ' ' + handler.length)
  `
  const environment = loadDeployment(root).functions.find((each) => each.name === name)?.environment
  return spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...environment, AWS_REGION: 'us-east-1' },
  })
}

describe('the functions’ packages', () => {
  it.each(names)('%s starts from its package alone', async (name) => {
    const files = await unzip(builtOf(name).zipFile)
    const { status, stdout, stderr } = coldStart(name, files)
    expect(stderr).toBe('')
    expect([status, stdout.split(' ')[0]]).toEqual([0, 'function'])
    // nodejs24.x refuses a handler that takes a callback
    expect(Number(stdout.split(' ')[1])).toBeLessThan(3)
  })

  it.each(names)('%s has one readable module in it, and is small', async (name) => {
    const [file, ...others] = await unzip(builtOf(name).zipFile)
    expect(others).toEqual([])
    expect(file).toMatchObject({ path: `functions/${name}/handler.mjs`, mode: 0o100644 })
    expect(builtOf(name).zipBytes).toBeLessThan(1024 * 1024)
  })

  it('are the same to the byte when they are built again', async () => {
    const digest = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex')
    const again = await buildFunctions(root, join(scratch, 'second'))
    expect(again.map(({ zipFile }) => digest(zipFile))).toEqual(built.map(({ zipFile }) => digest(zipFile)))
  })

  it('are not built with a mistake in icecore.config.ts', async () => {
    writeFileSync(join(scratch, 'icecore.config.ts'), "throw new Error('datasets.orders: no such class')")
    await expect(buildFunctions(scratch)).rejects.toThrow(
      'icecore.config.ts cannot be deployed: datasets.orders: no such class',
    )
  })
})
