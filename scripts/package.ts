import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

/** `npm run package [-- --stage prod …]`: the functions' zips in .build/, the CloudFormation template in .serverless/. */
const root = join(import.meta.dirname, '..')
const osls = join(root, 'node_modules/osls/bin/serverless.js')
const { status, error } = spawnSync(process.execPath, [osls, 'package', ...process.argv.slice(2)], {
  cwd: root,
  stdio: ['ignore', 'inherit', 'inherit'],
})
if (error !== undefined) throw error
process.exitCode = status ?? 1
