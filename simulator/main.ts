import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { region } from './account.ts'
import { type Cloud, type CloudOptions, defaultCredentials, makeCloud } from './cloud.ts'
import { type CommandLine, parseCommandLine, UsageError, usage } from './command-line.ts'
import { readErrorLine } from './error-line.ts'
import { explainStart, findConfigMistake } from './explain-start.ts'

const greeting = (endpoint: string, now: number, { dataDir, speed, credentials }: CommandLine) => {
  const [[accessKeyId, secret] = []] = credentials ?? defaultCredentials
  return `The simulated cloud is at ${endpoint} (${dataDir === undefined ? 'in memory' : `kept in ${dataDir}`}).
It is ${new Date(now).toISOString()}, and a real second is ${speed} s.

  export AWS_ENDPOINT_URL=${endpoint}
  export AWS_ACCESS_KEY_ID=${accessKeyId}
  export AWS_SECRET_ACCESS_KEY=${secret}
  export AWS_REGION=${region} AWS_DEFAULT_REGION=${region}

  aws --endpoint-url $AWS_ENDPOINT_URL s3 mb s3://cellar
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

/** The functions' failures are told as they come, with the errors that they log; the rest of their logs is theirs. */
const deploy = async (
  cloud: Cloud,
  folder: string,
  { credentials = defaultCredentials, corsOrigins }: CommandLine,
) => {
  // loaded when asked for: without it the simulator has no dependency but the cloud's own
  const { startHost } = await import('./host/start-host.ts')
  const [[accessKeyId = '', secretAccessKey = ''] = []] = credentials
  const host = await startHost(cloud, resolve(folder), {
    credentials: { accessKeyId, secretAccessKey },
    corsOrigins,
  })
  host.onLine(({ functionName, text }) => {
    const told = readErrorLine(text)
    if (told !== undefined) console.error(`${functionName}: ${told}`)
  })
  host.onFailure(({ functionName, reason }) => console.error(`${functionName}: ${reason}`))
  const outputs = [...host.deployment.outputs].map(([name, value]) => `  ${name}: ${value}`)
  console.log(
    [
      `${resolve(folder)} is deployed.`,
      '',
      `  API: ${host.apiUrl}`,
      ...outputs,
      '',
      'docs/simulator.md says how to send records to it and how to call its API.',
      '',
    ].join('\n'),
  )
  return host
}

const serve = async (commandLine: CommandLine) => {
  if (commandLine.deploy !== undefined && !existsSync(join(commandLine.deploy, 'serverless.yml'))) {
    throw new UsageError(`There is no serverless.yml in ${commandLine.deploy}.`)
  }
  const mistake = commandLine.deploy === undefined ? undefined : await findConfigMistake(commandLine.deploy)
  if (mistake !== undefined) throw new UsageError(mistake, { cause: commandLine.deploy })
  const cloud = await makeCloud(optionsOf(commandLine)).catch((error: unknown) => {
    const explanation = explainStart(error, commandLine)
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
