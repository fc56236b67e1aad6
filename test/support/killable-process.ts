import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** A program in a process group of its own, with whatever it started, that can be killed at any moment. */
export type KillableProcess = {
  /** What `ready` found first in the output; rejects when the program ends before. */
  readonly ready: Promise<string>
  /** All that it said so far. */
  output(): string
  /** SIGKILL to the whole group: nothing is closed, nothing is written. Resolves when the last of it is gone. */
  kill(): Promise<void>
}

export type KillableOptions = {
  readonly command: string
  readonly arguments: readonly string[]
  readonly folder: string
  readonly environment?: Readonly<Record<string, string>>
  /** What it says when it is ready; the first group is given back. */
  readonly ready: RegExp
}

export const startKillable = (options: KillableOptions): KillableProcess => {
  const { command, folder, environment = {} } = options
  const child = spawn(command, options.arguments, {
    cwd: folder,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const ready = Promise.withResolvers<string>()
  // whoever kills it while it starts does not wait for it
  ready.promise.catch(() => undefined)
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
      const found = options.ready.exec(output)
      if (found !== null) ready.resolve(found[1] ?? '')
    })
  // its pipes are closed when the last process of the group is gone
  const gone = once(child, 'close')
  void gone.then(() => ready.reject(new Error(`it ended before it was ready: ${output}`)))
  return {
    ready: ready.promise,
    output: () => output,
    kill: async () => {
      if (child.pid === undefined) throw new Error(`${command} was not started`)
      if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGKILL')
      await gone
    },
  }
}
