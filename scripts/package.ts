import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { writeSbom } from './sbom.ts'

/** `npm run package [-- --stage prod …]`: the functions' zips and their bill of materials in .build/, the CloudFormation in .serverless/. */
const root = join(import.meta.dirname, '..')
const osls = join(root, 'node_modules/osls/bin/serverless.js')
const { status, error } = spawnSync(process.execPath, [osls, 'package', ...process.argv.slice(2)], {
  cwd: root,
  stdio: ['ignore', 'inherit', 'inherit'],
})
if (error !== undefined) throw error
if (status === 0) writeSbom(root, join(root, '.build/sbom.json'))
process.exitCode = status ?? 1
