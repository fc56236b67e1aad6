import { join } from 'node:path'
import { startKillable } from './killable-process.ts'

const root = join(import.meta.dirname, '../..')

/** icecore deployed on the simulated cloud, in a process of its own that can be killed. */
export type SimulatorProcess = {
  readonly endpoint: string
  /** Moves the virtual clock on, as `12h`. */
  leap(by: string): Promise<void>
  /** SIGKILL: nothing is closed, nothing is written. */
  kill(): Promise<void>
}

/** Moves the virtual clock of the simulator at `endpoint` on, as `12h`. */
export const leap = async (endpoint: string, by: string): Promise<void> => {
  const answer = await fetch(`${endpoint}/_simulator/leap`, { method: 'POST', body: JSON.stringify({ by }) })
  if (!answer.ok) throw new Error(`the simulator did not leap: ${await answer.text()}`)
}

/** Starts it on what is in `dataDir`; `speed` is virtual seconds in a real one. */
export const startSimulator = async (options: {
  readonly dataDir: string
  readonly start: string
  readonly speed: number
}): Promise<SimulatorProcess> => {
  const { dataDir, start, speed } = options
  const cloud = ['--port', '0', '--data', dataDir, '--start', start, '--speed', String(speed)]
  const child = startKillable({
    command: process.execPath,
    arguments: ['simulator/main.ts', ...cloud, '--deploy', root],
    folder: root,
    ready: /cloud is at (\S+) [\s\S]*is deployed\./,
  })
  const endpoint = await child.ready
  return { endpoint, leap: (by) => leap(endpoint, by), kill: child.kill }
}
