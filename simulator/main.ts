import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { region } from './account.ts'
import { type Cloud, type CloudOptions, defaultCredentials, makeCloud } from './cloud.ts'
import { type CommandLine, parseCommandLine, UsageError, usage } from './command-line.ts'

const greeting = (endpoint: string, now: number, { dataDir, speed, credentials }: CommandLine) => {
  const [[accessKeyId, secret] = []] = credentials ?? defaultCredentials
  return `The simulated cloud is at ${endpoint} (${dataDir === undefined ? 'in memory' : `kept in ${dataDir}`}).
It is ${new Date(now).toISOString()}, and a real second is ${speed} s.

  export AWS_ENDPOINT_URL=${endpoint}
  export AWS_ACCESS_KEY_ID=${accessKeyId}
  export AWS_SECRET_ACCESS_KEY=${secret}
  export AWS_REGION=${region} AWS_DEFAULT_REGION=${region}

  aws s3 mb s3://cellar
  curl -X POST ${endpoint}/_simulator/leap -d '{"by":"12h"}'
  curl ${endpoint}/_simulator/bill

Ctrl-C stops it.
`
}

const optionsOf = ({ port, dataDir, speed, start, credentials, checkSkew }: CommandLine): CloudOptions => ({
  port,
  speed,
  checkSkew,
  ...(dataDir === undefined ? {} : { dataDir }),
  ...(start === undefined ? {} : { start }),
  ...(credentials === undefined ? {} : { credentials }),
})

/** What to say for a start that failed for a reason outside the simulator. */
const explain = (error: unknown, { port, dataDir }: CommandLine) => {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (!('code' in cause)) continue
    if (cause.code === 'EADDRINUSE')
      return `Port ${port} is in use. Choose another with --port, or 0 for any.`
    if (cause.code === 'EACCES') return `No right to use port ${port} or ${dataDir}.`
    if (cause.code === 'LEVEL_LOCKED') return `Another simulator is running on ${dataDir}.`
  }
  return undefined
}

/** The functions' failures are told as they come; their logs are theirs. */
const deploy = async (cloud: Cloud, folder: string, { credentials = defaultCredentials }: CommandLine) => {
  // loaded when asked for: without it the simulator has no dependency but the cloud's own
  const { startHost } = await import('./host/start-host.ts')
  const [[accessKeyId = '', secretAccessKey = ''] = []] = credentials
  const host = await startHost(cloud, resolve(folder), { credentials: { accessKeyId, secretAccessKey } })
  host.onFailure(({ functionName, reason }) => console.error(`${functionName}: ${reason}`))
  const outputs = [...host.deployment.outputs].map(([name, value]) => `  ${name}: ${value}`)
  console.log([`${folder} is deployed.`, '', `  API: ${host.apiUrl}`, ...outputs, ''].join('\n'))
  return host
}

const serve = async (commandLine: CommandLine) => {
  if (commandLine.deploy !== undefined && !existsSync(join(commandLine.deploy, 'serverless.yml'))) {
    throw new UsageError(`There is no serverless.yml in ${commandLine.deploy}.`)
  }
  const cloud = await makeCloud(optionsOf(commandLine)).catch((error: unknown) => {
    const explanation = explain(error, commandLine)
    throw explanation === undefined ? error : new UsageError(explanation, { cause: error })
  })
  console.log(greeting(cloud.endpoint, cloud.clock.now(), commandLine))
  const host =
    commandLine.deploy === undefined ? undefined : await deploy(cloud, commandLine.deploy, commandLine)
  let stopping = false
  const stop = async () => {
    if (stopping) return
    stopping = true
    await host?.close()
    await cloud.close()
  }
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void stop())
}

try {
  const commandLine = parseCommandLine(process.argv.slice(2), process.env.ICECORE_SIMULATOR_CREDENTIALS)
  if (commandLine === 'help') console.log(usage)
  else await serve(commandLine)
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  console.error(`${error.message}\n`)
  if (error.cause === undefined) console.error(usage)
  process.exitCode = 2
}
