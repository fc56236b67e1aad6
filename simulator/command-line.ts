import { parseArgs } from 'node:util'

export type CommandLine = {
  readonly port: number
  readonly dataDir: string | undefined
  readonly speed: number
  readonly start: number | undefined
  readonly credentials: ReadonlyMap<string, string> | undefined
  readonly checkSkew: boolean
  /** The folder of a serverless.yml to deploy and run. */
  readonly deploy: string | undefined
  /** Web origins whose pages may call what is deployed, with commas between them. */
  readonly corsOrigins: string | undefined
}

export const usage = `Usage: npm run simulator -- [options]

A local cloud: S3 with its storage classes, SQS and DynamoDB, on one port of 127.0.0.1.

  --port N        port to listen on (4566; 0 takes a free one)
  --data DIR      keep everything in DIR; in memory without it
  --speed N       virtual seconds in a real one (1; 0 stands still between leaps)
  --start ISO     first virtual time, such as 2020-01-01T00:00:00Z (now)
  --check-skew    refuse requests signed more than 15 minutes from the virtual time
  --deploy DIR    make what DIR/serverless.yml says, and run its functions; \`.\` for icecore itself
  --cors-origins ORIGINS
                  let pages of these origins call its API from a browser, such as http://localhost:3000; commas between them
  --help          print this

ICECORE_SIMULATOR_CREDENTIALS=id:secret[,id:secret…] sets who may sign requests (icecore:icecore-local).
`

const integerBetween = (name: string, text: string, min: number, max: number) => {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new UsageError(`--${name} must be a whole number from ${min} to ${max}, not ${text}`)
  }
  return value
}

/** Said to the user as it is, without a stack. */
export class UsageError extends Error {}

/** `'help'` when that is what was asked for. */
export const parseCommandLine = (
  args: readonly string[],
  credentialText: string | undefined,
): CommandLine | 'help' => {
  const { values } = parse(args)
  if (values.help) return 'help'
  const speed = Number(values.speed)
  if (values.speed.trim() === '' || !(speed >= 0) || !Number.isFinite(speed)) {
    throw new UsageError(`--speed must be a number from 0 up, not ${values.speed}`)
  }
  const start = values.start === undefined ? undefined : Date.parse(values.start)
  if (Number.isNaN(start)) {
    throw new UsageError(`--start must be a time such as 2020-01-01T00:00:00Z, not ${values.start}`)
  }
  return {
    port: integerBetween('port', values.port, 0, 65_535),
    dataDir: values.data,
    speed,
    start,
    credentials: parseCredentials(credentialText),
    checkSkew: values['check-skew'],
    deploy: values.deploy,
    corsOrigins: corsOrigins(values['cors-origins'], values.deploy),
  }
}

/** As a browser names them: no path, not even a slash. */
const ORIGIN = /^(\*|https?:\/\/(\*|[^\s/*,]+))$/

const corsOrigins = (text: string | undefined, deployed: string | undefined) => {
  if (text === undefined) return undefined
  if (deployed === undefined) throw new UsageError('--cors-origins is about what --deploy deploys')
  const wrong = text.split(',').find((origin) => !ORIGIN.test(origin))
  if (wrong !== undefined) {
    throw new UsageError(`--cors-origins must be origins such as https://records.example.com, not ${wrong}`)
  }
  return text
}

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: 'string', default: '4566' },
        data: { type: 'string' },
        speed: { type: 'string', default: '1' },
        start: { type: 'string' },
        'check-skew': { type: 'boolean', default: false },
        deploy: { type: 'string' },
        'cors-origins': { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

const parseCredentials = (text: string | undefined) => {
  if (text === undefined || text === '') return undefined
  return new Map(
    text.split(',').map((pair): [string, string] => {
      const [, id, secret] = /^([^:]+):(.+)$/.exec(pair.trim()) ?? []
      if (id === undefined || secret === undefined) {
        throw new UsageError('ICECORE_SIMULATOR_CREDENTIALS must be id:secret pairs, separated by commas')
      }
      return [id, secret]
    }),
  )
}
