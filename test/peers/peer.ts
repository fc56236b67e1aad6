import { spawn } from 'node:child_process'

/** Something that another program should be able to do with the simulator; `run` throws when it cannot. */
export type PeerCheck = { readonly name: string; run(): Promise<void> }

export type ProgramOutcome = {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program to its end. Rejects only when it cannot be started. */
export const runProgram = (
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd?: string,
) =>
  new Promise<ProgramOutcome>((resolve, reject) => {
    const child = spawn(program, args, {
      env: { ...process.env, ...env },
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text
    })
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, stdout, stderr }))
  })
