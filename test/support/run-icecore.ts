import { runCli } from '../../cli/run.ts'

export type RunOptions = {
  readonly input?: string | Uint8Array
  /** How wide the terminal is; null for none. */
  readonly columns?: number | null
}

/** A terminal that keeps what is printed on it. */
export const keptTerminal = ({ input = '', columns = null }: RunOptions = {}) => {
  const out: Buffer[] = []
  let err = ''
  const listeners = new Set<() => void>()
  return {
    terminal: {
      out: (text: string | Uint8Array) => void out.push(Buffer.from(text)),
      err: (text: string) => {
        err += text
      },
      input: async function* () {
        yield Buffer.from(input)
      },
      columns,
      onInterrupt: (listener: () => void) => {
        listeners.add(listener)
        return () => void listeners.delete(listener)
      },
    },
    printed: () => ({ out: Buffer.concat(out).toString('utf8'), err }),
    interrupt: () => {
      for (const listener of listeners) listener()
    },
  }
}

/** Runs the command line of `icecore` against a simulated cloud, and catches what it prints. */
export const makeCliRunner =
  (endpoint: string, environment: Record<string, string> = {}, options: RunOptions = {}) =>
  async (...args: readonly string[]) => {
    const { terminal, printed } = keptTerminal(options)
    const status = await runCli(args, { AWS_ENDPOINT_URL: endpoint, ...environment }, terminal)
    return { status, ...printed() }
  }
