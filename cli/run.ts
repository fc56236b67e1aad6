import { Command, CommanderError } from 'commander'
import * as z from 'zod'
import type { Act, Answer } from './command.ts'
import { addQuarantine } from './commands/quarantine.ts'
import { addRebuildCatalog } from './commands/rebuild-catalog.ts'
import { type CliContext, type Environment, type GlobalOptions, makeContext } from './context.ts'
import { tellFailure, WrongUsage } from './failure.ts'

export type Streams = { readonly out: (text: string) => void; readonly err: (text: string) => void }

const OK = 0
const FAILED = 1
const WRONG_USAGE = 2

const STAGE = /^[a-z][a-z0-9-]{0,30}$/
const REGION = /^[a-z]{2}(-[a-z]+)+-\d$/
const ACCOUNT = /^\d{12}$/

const globalOptionsSchema = z.object({
  stage: z.string().regex(STAGE, 'expected a stage such as dev'),
  region: z.string().regex(REGION, 'expected a region such as eu-central-1').exactOptional(),
  account: z.string().regex(ACCOUNT, 'expected the 12 digits of an AWS account').exactOptional(),
  endpoint: z.url('expected a URL such as http://127.0.0.1:4566').exactOptional(),
  json: z.boolean().exactOptional(),
})

const readGlobals = (options: unknown): GlobalOptions => {
  const parsed = globalOptionsSchema.safeParse(options)
  if (parsed.success) return parsed.data
  throw new WrongUsage(
    parsed.error.issues.map(({ path, message }) => `--${path.join('.')}: ${message}`).join('\n'),
  )
}

const print = ({ out }: Streams, { json, text }: Answer, asJson: boolean) => {
  const printed = asJson ? JSON.stringify(json, null, 2) : text
  if (printed !== '') out(`${printed}\n`)
}

const makeProgram = (streams: Streams) =>
  new Command('icecore')
    .description('Looks after an icecore deployment.')
    .option('--stage <stage>', 'the stage that is deployed', 'dev')
    .option('--region <region>', 'AWS region; AWS_REGION or the profile’s unless given')
    .option('--account <id>', 'AWS account; that of the credentials unless given')
    .option(
      '--endpoint <url>',
      'another address than AWS, such as the simulator’s; AWS_ENDPOINT_URL unless given',
    )
    .option('--json', 'print one JSON document')
    .configureOutput({ writeOut: streams.out, writeErr: streams.err })
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(--help says more)')
    .addHelpText(
      'after',
      `
Credentials are found as everywhere in AWS: environment, profile, SSO. For the simulator none are needed.
The exit status is 0 if all went well, 1 if not, 2 for a command that was not well put.`,
    )
    .exitOverride()

/** Runs one command line. Answers the exit status. */
export const runCli = async (
  args: readonly string[],
  environment: Environment,
  streams: Streams,
): Promise<number> => {
  let status = OK
  const act: Act = (work) =>
    async function (this: Command, ...given) {
      const globals = this.optsWithGlobals()
      let context: CliContext | undefined
      try {
        context = makeContext(readGlobals(globals), environment)
        const progress = (text: string) => streams.err(`${text}\n`)
        const answer = await work({ ...context, progress }, ...given)
        print(streams, answer, context.options.json === true)
        status = answer.failed === true ? FAILED : OK
      } catch (error) {
        const facts = {
          stage: String(globals.stage),
          region: globals.region ?? environment.AWS_REGION,
          endpoint: globals.endpoint ?? environment.AWS_ENDPOINT_URL,
        }
        streams.err(`icecore: ${tellFailure(error, facts)}\n`)
        status = error instanceof WrongUsage ? WRONG_USAGE : FAILED
      } finally {
        context?.close()
      }
    }
  const program = makeProgram(streams)
  addQuarantine(program, act)
  addRebuildCatalog(program, act)
  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0 ? OK : WRONG_USAGE
  }
  return status
}
