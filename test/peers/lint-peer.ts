import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as z from 'zod'
import { runProgram } from './peer.ts'

export type LintPeer = {
  readonly root: string
  /** Where Python has cfn-lint. */
  readonly bin: string
  /** Where it has checkov, whose requirements are others. */
  readonly checkovBin: string
  readonly report: (name: string, error: string | null) => void
}

const exceptionsSchema = z.array(
  z.strictObject({ check: z.string(), asks: z.string(), of: z.string(), why: z.string().min(40) }),
)

const checkovSchema = z.object({
  summary: z.object({ passed: z.int().min(100), parsing_errors: z.literal(0) }),
  results: z.object({
    failed_checks: z.array(z.object({ check_id: z.string(), check_name: z.string(), resource: z.string() })),
  }),
})

const lint = async (bin: string, template: string): Promise<string | null> => {
  const args = ['--non-zero-exit-code', 'informational', '--', template]
  const { code, stdout, stderr } = await runProgram(join(bin, 'cfn-lint'), args, {})
  return code === 0 ? null : `${stdout}${stderr}`.slice(0, 4000)
}

/** What checkov holds against a template and no exception justifies, and exceptions that nothing needs. */
const holdAgainst = async (bin: string, template: string): Promise<string | null> => {
  const file = join(import.meta.dirname, 'checkov-exceptions.json')
  const exceptions = exceptionsSchema.parse(JSON.parse(await readFile(file, 'utf8')))
  const args = ['-f', template, '--framework', 'cloudformation', '--quiet', '--compact', '-o', 'json']
  const { stdout } = await runProgram(join(bin, 'checkov'), args, { CKV_IGNORE_HIDDEN_DIRECTORIES: 'false' })
  const { failed_checks } = checkovSchema.parse(JSON.parse(stdout)).results
  const isFor = ({ check, of }: (typeof exceptions)[number], failed: (typeof failed_checks)[number]) =>
    check === failed.check_id && failed.resource.startsWith(of)
  const mistakes = [
    ...failed_checks
      .filter((failed) => !exceptions.some((exception) => isFor(exception, failed)))
      .map(({ check_id, check_name, resource }) => `${check_id} ${resource}: ${check_name}`),
    ...exceptions
      .filter((exception) => !failed_checks.some((failed) => isFor(exception, failed)))
      .map(({ check, of }) => `${check} of ${of} is an exception that nothing needs`),
  ]
  return mistakes.length === 0 ? null : mistakes.join('; ')
}

/**
 * The template of each stage, as linters see it that others wrote: cfn-lint has neither an error nor a warning, and checkov nothing but
 * what checkov-exceptions.json gives a reason for.
 */
export const lintTemplates = async ({ root, bin, checkovBin, report }: LintPeer): Promise<void> => {
  for (const stage of ['dev', 'prod']) {
    const folder = await mkdtemp(join(tmpdir(), 'icecore-lint-'))
    const osls = join(root, 'node_modules/osls/bin/serverless.js')
    const args = [osls, 'package', '--stage', stage, '--package', folder]
    const packaged = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
    if (packaged.status !== 0) throw new Error(`osls package: ${packaged.stdout}${packaged.stderr}`)
    const template = join(folder, 'cloudformation-template-update-stack.json')
    report(`cfn-lint: the template of ${stage}`, await lint(bin, template))
    report(`checkov: the template of ${stage}`, await holdAgainst(checkovBin, template))
    await rm(folder, { recursive: true })
  }
}
