import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ProgramOutcome, runProgram } from './peer.ts'

const STAGE = 'peer'
const WITHIN_MS = 120_000

/** moto has no aliases, so the functions are called by themselves. */
const PARAMS = ['--param', 'deploymentPreference=none']

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (address === null || typeof address === 'string') throw new Error('there is no free port')
  return address.port
}

const answers = (url: string) =>
  fetch(url).then(
    () => true,
    () => false,
  )

/** moto's server: the APIs of AWS, by others, in memory. */
const startMoto = async (bin: string): Promise<{ endpoint: string; moto: ChildProcess }> => {
  const port = await freePort()
  const endpoint = `http://127.0.0.1:${port}`
  const moto = spawn(join(bin, 'moto_server'), ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' })
  for (const deadline = Date.now() + WITHIN_MS; Date.now() < deadline; await sleep(250)) {
    if (moto.exitCode !== null) break
    if (await answers(`${endpoint}/moto-api/`)) return { endpoint, moto }
  }
  moto.kill()
  throw new Error('moto does not start')
}

const lastOf = ({ code, stdout, stderr }: ProgramOutcome): string =>
  `ended with ${code}: ${`${stdout}${stderr}`.slice(-1500)}`

export type DeployPeer = {
  readonly root: string
  /** Where Python has moto. */
  readonly bin: string
  readonly folder: string
  readonly report: (name: string, error: string | null) => void
  /** Runs a check and reports what it says. */
  readonly runCheck: (args: readonly string[], env: Readonly<Record<string, string>>) => Promise<void>
}

/**
 * `serverless deploy`, the same once more, and `serverless remove`, against an API server of AWS that is not ours. What `serverless` finds by
 * itself, such as credentials, it finds here as with AWS.
 */
export const checkDeployment = async ({ root, bin, folder, report, runCheck }: DeployPeer): Promise<void> => {
  const { endpoint, moto } = await startMoto(bin)
  const home = join(folder, 'home')
  await mkdir(home, { recursive: true })
  const env = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'icecore',
    AWS_SECRET_ACCESS_KEY: 'icecore-local',
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    HOME: home,
  }
  const osls = join(root, 'node_modules/osls/bin/serverless.js')
  const packaged = join(folder, 'package')
  const serverless = (command: string, ...args: readonly string[]) =>
    runProgram(process.execPath, [osls, command, '--stage', STAGE, ...PARAMS, ...args], env, root)
  /** Keeps the template that is deployed for the checks. */
  const deploy = async () => {
    const done = await serverless('deploy')
    if (done.code === 0) await cp(join(root, '.serverless'), packaged, { recursive: true })
    return done
  }
  const template = join(packaged, 'cloudformation-template-update-stack.json')
  const check = (phase: string) => runCheck([phase, template, `icecore-${STAGE}`], env)
  try {
    const first = await deploy()
    report('deploy: serverless deploy ends well', first.code === 0 ? null : lastOf(first))
    if (first.code !== 0) return
    await check('deployed')
    const second = await serverless('deploy')
    const isNothing =
      second.code === 0 && /no changes to deploy|not include any changes/i.test(second.stdout + second.stderr)
    report('deploy: a second deploy, packaged anew, changes nothing', isNothing ? null : lastOf(second))
    const gone = await serverless('remove')
    report('remove: serverless remove ends well', gone.code === 0 ? null : lastOf(gone))
    if (gone.code === 0) await check('removed')
  } finally {
    moto.kill()
  }
}
