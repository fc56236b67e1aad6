import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inTurn } from './in-turn.ts'

const root = join(import.meta.dirname, '../..')

/**
 * Runs `osls package` as a user without network, account or home would, and gives the template that it makes. What is built and where
 * osls keeps its state is of the repository: two at once would take them from each other.
 */
export const packageService = (...args: string[]): unknown =>
  inTurn(join(root, 'node_modules/.packaging'), () => packageNow(args))

const packageNow = (args: readonly string[]): unknown => {
  const folder = mkdtempSync(join(tmpdir(), 'icecore-package-'))
  try {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(root, 'node_modules/osls/bin/serverless.js'), 'package', '--package', folder, ...args],
      { cwd: root, encoding: 'utf8', env: { PATH: process.env.PATH, HOME: folder } },
    )
    if (status !== 0) throw new Error(`osls package ended with ${status}: ${stdout}${stderr}`)
    return JSON.parse(readFileSync(join(folder, 'cloudformation-template-update-stack.json'), 'utf8'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
