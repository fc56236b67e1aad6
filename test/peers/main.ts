import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { type Cloud, makeCloud } from '../../simulator/cloud.ts'
import { awsCliChecks } from './aws-cli-peer.ts'
import { checkDeployment } from './deploy-peer.ts'
import { lintTemplates } from './lint-peer.ts'
import { sealHostileLines } from './parquet-peer.ts'
import { runProgram } from './peer.ts'
import { PeersUnavailable, preparePython } from './python.ts'

/**
 * `npm run test:peers`: boto3 and the AWS CLIs against the simulator, pyarrow and DuckDB against a sealed segment, and the deployment
 * against cfn-lint and moto. `-- simulator` or `-- deploy` for one of the two.
 */
const root = join(import.meta.dirname, '../..')
const buildFolder = join(root, '.build/peers')
const reportSchema = z.object({ name: z.string(), error: z.string().nullable() })

let passed = 0
let failed = 0
const report = (name: string, error: string | null) => {
  if (error === null) passed += 1
  else failed += 1
  console.log(error === null ? `ok      ${name}` : `FAILED  ${name}\n        ${error}`)
}

const envOf = (cloud: Cloud, folder: string) => ({
  AWS_ENDPOINT_URL: cloud.endpoint,
  AWS_ACCESS_KEY_ID: 'icecore',
  AWS_SECRET_ACCESS_KEY: 'icecore-local',
  AWS_DEFAULT_REGION: 'us-east-1',
  AWS_MAX_ATTEMPTS: '1',
  AWS_PAGER: '',
  AWS_CONFIG_FILE: join(folder, 'no-config'),
  AWS_SHARED_CREDENTIALS_FILE: join(folder, 'no-credentials'),
  AWS_EC2_METADATA_DISABLED: 'true',
  PYTHONIOENCODING: 'utf-8',
  LC_ALL: 'C.UTF-8',
  PEER_FOLDER: folder,
})

const boto3Scripts = ['boto3_s3.py', 'boto3_cold.py', 'boto3_services.py']

const runPython = async (
  bin: string,
  [script = '', ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
) => {
  const { code, stdout, stderr } = await runProgram(
    join(bin, 'python'),
    ['-B', join(import.meta.dirname, script), ...args],
    env,
  )
  for (const line of stdout.split('\n').filter((text) => text !== '')) {
    const { name, error } = reportSchema.parse(JSON.parse(line))
    report(name, error)
  }
  if (code !== 0) report(`${script} runs to its end`, stderr)
}

const runCli = async (program: string, cloud: Cloud, folder: string) => {
  const env = envOf(cloud, folder)
  const version = /aws-cli\/(\S+)/.exec((await runProgram(program, ['--version'], env)).stdout)?.[1]
  const peer = {
    program,
    name: `cli-${version?.replaceAll('.', '-')}`,
    env,
    endpoint: cloud.endpoint,
    folder,
    leap: (ms: number) => cloud.advance(cloud.clock.now() + ms),
  }
  for (const { name, run } of awsCliChecks(peer)) {
    const error = await run().then(
      () => null,
      (reason: unknown) => (reason instanceof Error ? reason.message : String(reason)),
    )
    report(`aws-cli ${version}: ${name}`, error)
  }
}

const checkSimulator = async (python: string) => {
  const bin = await preparePython(buildFolder, python)
  const folder = await mkdtemp(join(buildFolder, 'run-'))
  let expeditedAvailable = true
  const knobs = { expeditedAvailable: () => expeditedAvailable }
  const cloud = await makeCloud({ dataDir: join(folder, 'cloud'), s3: { knobs } })
  // So that the script, which is another process, can use up the capacity for Expedited restores.
  cloud.mount({
    service: 'peers',
    prefix: '/_peers/expedited',
    handle: async ({ query }) => {
      expeditedAvailable = query === 'available'
      return { status: 204 }
    },
  })
  for (const script of boto3Scripts) await runPython(bin, [script], envOf(cloud, folder))
  await runCli(join(bin, 'aws'), cloud, folder)
  if (existsSync('/usr/bin/aws')) await runCli('/usr/bin/aws', cloud, folder)
  else console.log('There is no /usr/bin/aws: the older AWS CLI of the system was not tried.')
  await cloud.close()
  const archive = await makeCloud({ start: Date.parse('2026-01-02T12:00:00Z') })
  await sealHostileLines(archive, root, folder)
  await runPython(bin, ['parquet_readers.py'], envOf(archive, folder))
  await archive.close()
  await rm(folder, { recursive: true })
}

const checkDeploy = async (python: string) => {
  const place = join(root, '.build/peers-deploy')
  const bin = await preparePython(place, python, 'deploy-requirements.txt')
  const folder = await mkdtemp(join(place, 'run-'))
  const checkovBin = await preparePython(
    join(root, '.build/peers-checkov'),
    python,
    'checkov-requirements.txt',
  )
  await lintTemplates({ root, bin, checkovBin, report })
  const runCheck = (args: readonly string[], env: Readonly<Record<string, string>>) =>
    runPython(bin, ['deploy_check.py', ...args], env)
  await checkDeployment({ root, bin, folder, report, runCheck })
  await rm(folder, { recursive: true })
}

const parts = { simulator: checkSimulator, deploy: checkDeploy } as const

const [wanted] = process.argv.slice(2)
const isKnown = (name: string): name is keyof typeof parts => Object.hasOwn(parts, name)

try {
  const python = process.env.PYTHON ?? 'python3'
  if (wanted !== undefined && !isKnown(wanted))
    throw new PeersUnavailable(`test:peers: expected ${Object.keys(parts).join(' or ')}, got ${wanted}`)
  for (const [name, check] of Object.entries(parts))
    if (wanted === undefined || wanted === name) await check(python)
  console.log(`${passed} passed, ${failed} failed`)
  process.exitCode = failed === 0 ? 0 : 1
} catch (error) {
  if (!(error instanceof PeersUnavailable)) throw error
  console.error(error.message)
  process.exitCode = 1
}
