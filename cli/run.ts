import { Command, CommanderError } from 'commander'
import * as z from 'zod'
import type { Act, AddCommand, Answer } from './command.ts'
import { addAdvise } from './commands/advise.ts'
import { addApprove } from './commands/approve.ts'
import { addCancel } from './commands/cancel.ts'
import { addCompletion } from './commands/completion.ts'
import { addCost } from './commands/cost.ts'
import { addDatasets } from './commands/datasets.ts'
import { addExtend } from './commands/extend.ts'
import { addFiles } from './commands/files.ts'
import { addGet } from './commands/get.ts'
import { addLedger } from './commands/ledger.ts'
import { addPut } from './commands/put.ts'
import { addQuarantine } from './commands/quarantine.ts'
import { addQuote } from './commands/quote.ts'
import { addRebuildCatalog } from './commands/rebuild-catalog.ts'
import { addRehydrate } from './commands/rehydrate.ts'
import { addSegments } from './commands/segments.ts'
import { addSmoke } from './commands/smoke.ts'
import { addStatus } from './commands/status.ts'
import { type CliContext, type Environment, type GlobalOptions, makeContext } from './context.ts'
import { EXIT, type ExitStatus } from './exit-status.ts'
import { statusOfFailure, tellFailure, WrongUsage } from './failure.ts'
import type { Terminal } from './terminal.ts'

const COMMANDS: readonly AddCommand[] = [
  addPut,
  addGet,
  addQuote,
  addRehydrate,
  addStatus,
  addFiles,
  addApprove,
  addExtend,
  addCancel,
  addDatasets,
  addSegments,
  addLedger,
  addCost,
  addAdvise,
  addQuarantine,
  addRebuildCatalog,
  addSmoke,
  addCompletion,
]

const STAGE = /^[a-z][a-z0-9-]{0,30}$/
const REGION = /^[a-z]{2}(-[a-z]+)+-\d$/
const ACCOUNT = /^\d{12}$/

const globalOptionsSchema = z.object({
  stage: z.string().regex(STAGE, 'expected a stage such as dev'),
  region: z.string().regex(REGION, 'expected a region such as eu-central-1').exactOptional(),
  account: z.string().regex(ACCOUNT, 'expected the 12 digits of an AWS account').exactOptional(),
  endpoint: z.url('expected a URL such as http://127.0.0.1:4566').exactOptional(),
  apiUrl: z.url('expected the URL of an API').exactOptional(),
  json: z.boolean().exactOptional(),
})

/** As an option is typed. */
const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

const readGlobals = (options: unknown): GlobalOptions => {
  const parsed = globalOptionsSchema.safeParse(options)
  if (parsed.success) return parsed.data
  throw new WrongUsage(
    parsed.error.issues.map(({ path, message }) => `--${kebab(path.join('.'))}: ${message}`).join('\n'),
  )
}

const print = ({ out, err }: Terminal, { json, text, bytes, notes }: Answer, asJson: boolean) => {
  if (asJson) out(`${JSON.stringify(json, null, 2)}\n`)
  else if (bytes !== undefined) out(bytes)
  else if (text !== '') out(`${text}\n`)
  if (!asJson && notes !== undefined) err(`${notes}\n`)
}

const statusOf = ({ failed = false, status }: Answer): ExitStatus =>
  status ?? (failed ? EXIT.failed : EXIT.ok)

/** Every command, each done by what `act` makes of it. */
export const makeProgram = (terminal: Pick<Terminal, 'out' | 'err'>, act: Act): Command => {
  const program = new Command('icecore')
    .description('Sends records to an icecore deployment, gets them back, and looks after it.')
    .option('--stage <stage>', 'the stage that is deployed', 'dev')
    .option('--region <region>', 'AWS region; AWS_REGION or the profile’s unless given')
    .option('--account <id>', 'AWS account; that of the credentials unless given')
    .option(
      '--endpoint <url>',
      'another address than AWS, such as the simulator’s; AWS_ENDPOINT_URL unless given',
    )
    .option(
      '--api-url <url>',
      'where the API answers; ICECORE_API_URL, the simulator’s, or what the stack says, unless given',
    )
    .option('--json', 'print one JSON document')
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err })
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(--help says more)')
    .addHelpText(
      'after',
      `
Credentials are found as everywhere in AWS: environment, profile, SSO. For the simulator none are needed.
The exit status is 0 if all went well, 1 if not, 2 for a command that was not well put, 3 for what is not there,
4 for records that did not come or not all (cold, failed, cancelled, incomplete), 130 after Ctrl-C.`,
    )
    .exitOverride()
  for (const add of COMMANDS) add(program, act)
  return program
}

/** Runs one command line. Answers the exit status. */
export const runCli = async (
  args: readonly string[],
  environment: Environment,
  terminal: Terminal,
): Promise<number> => {
  let status: ExitStatus = EXIT.ok
  const act: Act = (work) =>
    async function (this: Command, ...given) {
      const globals = this.optsWithGlobals()
      let context: CliContext | undefined
      try {
        context = makeContext(readGlobals(globals), environment)
        const progress = (text: string) => terminal.err(`${text}\n`)
        const answer = await work({ ...context, terminal, progress }, ...given)
        print(terminal, answer, context.options.json === true)
        status = statusOf(answer)
      } catch (error) {
        const facts = {
          stage: String(globals.stage),
          region: globals.region ?? environment.AWS_REGION,
          endpoint: globals.endpoint ?? environment.AWS_ENDPOINT_URL,
        }
        terminal.err(`icecore: ${tellFailure(error, facts)}\n`)
        status = statusOfFailure(error)
      } finally {
        context?.close()
      }
    }
  try {
    await makeProgram(terminal, act).parseAsync(args, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0 ? EXIT.ok : EXIT.wrongUsage
  }
  return status
}
