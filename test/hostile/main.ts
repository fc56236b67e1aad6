import { spawn } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

// Tries the properties of the hostile tests for as long as is asked for, each with seeds of its own. One that fails tells its seed.

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '5' } } })
const minutes = Number(values.minutes)
if (!(minutes > 0))
  throw new Error(`--minutes: expected a number above 0, got ${JSON.stringify(values.minutes)}`)

const FILES = 'test/hostile/*.test.ts'
const properties = globSync(FILES).reduce(
  (count, file) => count + readFileSync(file, 'utf8').split(/\bholds\(/).length - 1,
  0,
)
const seconds = Math.max(1, Math.floor((minutes * 60) / properties))
console.log(`${properties} properties, ${seconds} seconds each`)

const child = spawn(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    'test/hostile',
    '--maxWorkers=1',
    `--testTimeout=${(seconds + 120) * 1000}`,
  ],
  { stdio: 'inherit', env: { ...process.env, ICECORE_FUZZ_SECONDS: String(seconds) } },
)
child.on('exit', (code) => {
  process.exitCode = code ?? 1
})
