import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inTurn } from './in-turn.ts'

const root = join(import.meta.dirname, '../..')
const osls = join(root, 'node_modules/osls/bin/serverless.js')

const packageInto = (folder: string, args: readonly string[]) =>
  new Promise<void>((resolve, reject) => {
    const env = { PATH: process.env.PATH, HOME: folder }
    execFile(
      process.execPath,
      [osls, 'package', '--package', folder, ...args],
      { cwd: root, env },
      (cause, stdout, stderr) =>
        cause === null ? resolve() : reject(new Error(`osls package failed: ${stdout}${stderr}`, { cause })),
    )
  })

/**
 * Runs `osls package` as a user without network, account or home would, and gives the template that it makes. What is built and where
 * osls keeps its state is of the repository: two at once would take them from each other.
 */
export const packageService = async (...args: string[]): Promise<unknown> => {
  const folder = mkdtempSync(join(tmpdir(), 'icecore-package-'))
  try {
    await inTurn(join(root, 'node_modules/.packaging'), () => packageInto(folder, args))
    return JSON.parse(readFileSync(join(folder, 'cloudformation-template-update-stack.json'), 'utf8'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
