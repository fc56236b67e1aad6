import { parseArgs } from 'node:util'

export type DemoOptions = {
  readonly help: boolean
  /** Print the final page as JSON on standard output, and nothing else there. */
  readonly json: boolean
  /** Keep the API and the clock running at the end. */
  readonly serve: boolean
  /** The port of the simulated cloud; 0 is any free one. */
  readonly port: number
  /** Where everything is kept; in memory without it. */
  readonly dataDir: string | undefined
}

export const HELP = `Usage: npm start -- [options]

Takes real flights and earthquakes through icecore on a simulated cloud: received, aged,
sealed, moved to colder classes, thawed, rehydrated and compared with what was sent.

  --serve       keep the API and the clock running afterwards, and say how to call it
  --data DIR    keep everything in DIR, through restarts and kills. On a DIR that has an archive already, --serve
                goes on with that archive and plays no time-lapse
  --json        print the final page as one JSON object on standard output
  --port PORT   where the simulated cloud listens (127.0.0.1 only); any free port unless given
  --help        this text

The exit status is 0 if all books balance and every byte compares, 1 if not, 2 if it cannot start:
a wrong option, a port in use, a mistake in icecore.config.ts.
`

export class WrongOption extends Error {
  override readonly name = 'WrongOption'
}

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        json: { type: 'boolean', default: false },
        serve: { type: 'boolean', default: false },
        port: { type: 'string', default: '0' },
        data: { type: 'string' },
      },
    }).values
  } catch (error) {
    throw new WrongOption(error instanceof Error ? error.message : String(error), { cause: error })
  }
}

export const readOptions = (args: readonly string[]): DemoOptions => {
  const { port, data, ...flags } = parse(args)
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    throw new WrongOption(`--port: expected a number from 0 to 65535, got ${JSON.stringify(port)}`)
  if (data === '') throw new WrongOption('--data: expected a folder, got ""')
  return { ...flags, port: Number(port), dataDir: data }
}
