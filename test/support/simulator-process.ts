import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Readable } from 'node:stream'

const root = join(import.meta.dirname, '../..')

/** icecore deployed on the simulated cloud, in a process of its own that can be killed. */
export type SimulatorProcess = {
  readonly endpoint: string
  /** Moves the virtual clock on, as `12h`. */
  leap(by: string): Promise<void>
  /** SIGKILL: nothing is closed, nothing is written. */
  kill(): Promise<void>
}

const readUntil = async (child: ChildProcessByStdio<null, Readable, Readable>, pattern: RegExp) => {
  let output = ''
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    output += String(chunk)
    const found = pattern.exec(output)
    if (found !== null) return found[1] ?? ''
  }
  throw new Error(`the simulator ended before it was ready: ${output}`)
}

/** Starts it on what is in `dataDir`; `speed` is virtual seconds in a real one. */
export const startSimulator = async (options: {
  readonly dataDir: string
  readonly start: string
  readonly speed: number
}): Promise<SimulatorProcess> => {
  const { dataDir, start, speed } = options
  const arguments_ = [
    '--port',
    '0',
    '--data',
    dataDir,
    '--start',
    start,
    '--speed',
    String(speed),
    '--deploy',
    root,
  ]
  const child = spawn(process.execPath, ['simulator/main.ts', ...arguments_], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const endpoint = await readUntil(child, /cloud is at (\S+) [\s\S]*is deployed\./)
  child.stdout.resume()
  return {
    endpoint,
    leap: async (by) => {
      const answer = await fetch(`${endpoint}/_simulator/leap`, {
        method: 'POST',
        body: JSON.stringify({ by }),
      })
      if (!answer.ok) throw new Error(`the simulator did not leap: ${await answer.text()}`)
    },
    kill: async () => {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
  }
}
