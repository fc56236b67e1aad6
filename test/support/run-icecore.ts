import { runCli } from '../../cli/run.ts'

/** Runs the command line of `icecore` against a simulated cloud, and catches what it prints. */
export const makeCliRunner =
  (endpoint: string, environment: Record<string, string> = {}) =>
  async (...args: readonly string[]) => {
    let out = ''
    let err = ''
    const status = await runCli(
      args,
      { AWS_ENDPOINT_URL: endpoint, ...environment },
      {
        out: (text) => {
          out += text
        },
        err: (text) => {
          err += text
        },
      },
    )
    return { status, out, err }
  }
