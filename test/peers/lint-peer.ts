import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runProgram } from './peer.ts'

export type LintPeer = {
  readonly root: string
  /** Where Python has cfn-lint. */
  readonly bin: string
  readonly report: (name: string, error: string | null) => void
}

/** The template of each stage, as AWS's own linter sees it: neither an error nor a warning. */
export const lintTemplates = async ({ root, bin, report }: LintPeer): Promise<void> => {
  for (const stage of ['dev', 'prod']) {
    const folder = await mkdtemp(join(tmpdir(), 'icecore-lint-'))
    const osls = join(root, 'node_modules/osls/bin/serverless.js')
    const args = [osls, 'package', '--stage', stage, '--package', folder]
    const packaged = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
    if (packaged.status !== 0) throw new Error(`osls package: ${packaged.stdout}${packaged.stderr}`)
    const template = join(folder, 'cloudformation-template-update-stack.json')
    const { code, stdout, stderr } = await runProgram(
      join(bin, 'cfn-lint'),
      ['--non-zero-exit-code', 'informational', '--', template],
      {},
    )
    report(`cfn-lint: the template of ${stage}`, code === 0 ? null : `${stdout}${stderr}`.slice(0, 4000))
    await rm(folder, { recursive: true })
  }
}
