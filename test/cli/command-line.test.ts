import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Cloud, makeCloud } from '../../simulator/cloud.ts'
import { makeCliRunner } from '../support/run-icecore.ts'

const root = join(import.meta.dirname, '../..')

/** The program itself, in a process of its own. */
const runProgram = (args: readonly string[], variables: Record<string, string> = {}) =>
  new Promise<{ status: unknown; stdout: string; stderr: string }>((resolve) => {
    const env = { PATH: process.env.PATH, ...variables }
    execFile(process.execPath, [join(root, bin.icecore), ...args], { env }, (error, stdout, stderr) =>
      resolve({ status: error?.code ?? 0, stdout, stderr }),
    )
  })
const { bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** A cloud on which nothing is deployed. */
let cloud: Cloud
let icecore: ReturnType<typeof makeCliRunner>
beforeAll(async () => {
  cloud = await makeCloud()
  icecore = makeCliRunner(cloud.endpoint)
})
afterAll(() => cloud.close())

describe('the command line', () => {
  it('prints its help, with every command, and ends well', async () => {
    const { status, out } = await icecore('--help')
    expect(status).toBe(0)
    for (const word of ['quarantine', '--stage', '--endpoint', '--json', 'exit status'])
      expect(out).toContain(word)
  })

  it.each([
    [['nope'], 'unknown command'],
    [['quarantine'], 'Commands:'],
    [['quarantine', 'show'], "missing required argument 'id'"],
    [['quarantine', 'list', '--nope'], 'unknown option'],
    [['quarantine', 'list', '--stage', 'A/B'], '--stage: expected a stage'],
    [['quarantine', 'list', '--region', 'moon'], '--region: expected a region'],
    [['quarantine', 'list', '--account', '12'], '--account: expected the 12 digits'],
    [['quarantine', 'list', '--endpoint', 'nowhere'], '--endpoint: expected a URL'],
    [['quarantine', 'list', '--limit', '0'], '--limit: expected a number'],
    [['quarantine', 'list', '--before', 'then'], '--before: expected a time'],
    [['quarantine', 'show', 'x', '--limit', 'few'], '--limit: expected a number'],
  ])('%j is wrong usage, and it says how', async (args, told) => {
    const { status, out, err } = await icecore(...args)
    expect([status, out]).toEqual([2, ''])
    expect(err).toContain(told)
    expect(err).not.toContain('    at ')
  })

  it('takes its global options before the command, and behind it', async () => {
    for (const args of [
      ['--stage', 'none', 'quarantine', 'list'],
      ['quarantine', 'list', '--stage', 'none'],
    ])
      expect((await icecore(...args)).err).toContain('there is no icecore of stage none')
  })

  it('says what to do when nothing is deployed', async () => {
    const { status, out, err } = await icecore('quarantine', 'list', '--json')
    expect([status, out]).toEqual([1, ''])
    expect(err).toMatch(
      /^icecore: there is no icecore of stage dev at http.* Check --stage, --region and --account\.\n$/,
    )
  })

  it('says what to do when nothing answers', async () => {
    const { status, err } = await icecore('quarantine', 'list', '--endpoint', 'http://127.0.0.1:9')
    expect(status).toBe(1)
    expect(err).toContain('nothing answers at http://127.0.0.1:9')
  })

  it('says what to do when its credentials are not accepted', async () => {
    const { status, stderr } = await runProgram(
      ['quarantine', 'list', '--endpoint', cloud.endpoint, '--region', 'us-east-1'],
      { AWS_ACCESS_KEY_ID: 'icecore', AWS_SECRET_ACCESS_KEY: 'wrong' },
    )
    expect([status, stderr]).toEqual([1, expect.stringContaining('credentials are not accepted')])
  })

  it('is a program by itself', async () => {
    const { status, stdout } = await runProgram(['quarantine', '--help'])
    expect([status, stdout]).toEqual([0, expect.stringContaining('Usage: icecore quarantine')])
    expect(readFileSync(join(root, bin.icecore), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
  })
})
